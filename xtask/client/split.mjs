// Cuts the module that the compiler has made into the two files of docs/adr/0025-two-files.md: what every start needs,
// and the rest. It is done before wasm-bindgen, which forgets what the linker wrote down about who refers to what;
// so the glue that Trunk has made of the whole module is made once more, of its first part.

import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const BUILT = join(process.env.CARGO_TARGET_DIR ?? 'target', 'wasm32-unknown-unknown', 'client', 'ruyuan.wasm');
const PARTS = join(process.env.CARGO_TARGET_DIR ?? 'target', 'client', 'parts');

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
  for (const file of ['split_rest.wasm', '__wasm_split.js']) {
    copyFileSync(join(PARTS, file), join(stage, file));
  }
}
