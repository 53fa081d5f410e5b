// Cuts the module that the compiler has made into the two files of docs/adr/0025-two-files.md: what every start needs,
// and the rest. It is done before wasm-bindgen, which forgets what the linker wrote down about who refers to what;
// so the glue that Trunk has made of the whole module is made once more, of its first part.

import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const BUILT = join(process.env.CARGO_TARGET_DIR ?? 'target', 'wasm32-unknown-unknown', 'client', 'ruyuan.wasm');
const PARTS = join(process.env.CARGO_TARGET_DIR ?? 'target', 'client', 'parts');

/** A phone at the edge of a cell has 300 KB in half of it. */
const PATIENCE_MS = 120_000;

/** Puts `ruyuan.js`, `ruyuan_bg.wasm`, `split_rest.wasm` and the script that loads the latter into the stage. */
export function split(stage) {
  rmSync(PARTS, { recursive: true, force: true });
  mkdirSync(PARTS, { recursive: true });
  const run = (program, args) => execFileSync(program, args, { stdio: 'inherit' });
  run('wasm-split-cli', [BUILT, PARTS, '--target', 'web', '--out-name', 'ruyuan']);
  // The linker's own exports are kept: the other part takes the table of functions from here.
  run('wasm-bindgen', [
    join(PARTS, 'ruyuan.wasm'), '--target', 'web', '--no-typescript', '--keep-lld-exports',
    '--out-dir', stage, '--out-name', 'ruyuan',
  ]);
  copyFileSync(join(PARTS, 'split_rest.wasm'), join(stage, 'split_rest.wasm'));
  writeFileSync(join(stage, '__wasm_split.js'), patient(readFileSync(join(PARTS, '__wasm_split.js'), 'utf8')));
}

/** Its own script waits for the file for ever; a line that has died says nothing. */
function patient(glue) {
  const address = 'new URL("./split_rest.wasm", import.meta.url)';
  const [before, after, ...more] = glue.split(`fetch(${address})`);
  if (after === undefined || more.length > 0) {
    throw new Error('the script that loads the second file does not fetch it just once');
  }
  return `${before}fetch(${address}, { signal: until(${PATIENCE_MS}) })${after}
function until(ms) {
  const given = new AbortController();
  setTimeout(() => given.abort(), ms);
  return given.signal;
}
`;
}
