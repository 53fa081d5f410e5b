// The last step of a client build. Takes what Trunk has put together and makes a release of it:
//
//   index.html  sw.js  manifest.webmanifest  icons/   fixed names, checked at every visit
//   r/<release>/…                                     everything else, kept for ever by browsers
//   *.br                                              compressed copies, served as they are
//   release.json                                      what there is, for the server and for people
//
// The release id is the hash of all contents, so the same sources give the same release, and two
// different builds never share a path. Needs nothing but Node.js.

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, posix, relative, sep } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { minified } from './css.mjs';
import { shortGlue, withShortImports } from './glue.mjs';
import { split } from './split.mjs';

const stage = process.env.TRUNK_STAGING_DIR;
if (!stage) {
  throw new Error('finish.mjs is called by Trunk, which sets TRUNK_STAGING_DIR');
}

// Every engine that runs reference types has these. `--all-features` would make modules that
// engines refuse.
const WASM_FEATURES = [
  'bulk-memory', 'bulk-memory-opt', 'multivalue', 'mutable-globals', 'nontrapping-float-to-int',
  'reference-types', 'sign-ext',
];
const FIXED = /^(index\.html|sw\.js|manifest\.webmanifest|icons\/.*)$/;
// Not for offline: the PNG icons, which the system asks for once, when the app is installed.
const NOT_OFFLINE = /^(sw\.js|icons\/.*\.png)$/;
const COMMENT_LINE = /^[ \t]*(?:\/\/.*|\/\*\*.*\*\/)?\n/gm;
const COMPRESSIBLE = /\.(css|html|js|json|svg|txt|wasm|webmanifest)$/;

const read = (path) => readFileSync(join(stage, path));
const readText = (path) => read(path).toString('utf8');
const sha256 = (data, encoding) => createHash('sha256').update(data).digest(encoding);

/** Every file of the stage, with forward slashes, in a fixed order. */
function files() {
  return readdirSync(stage, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(stage, join(entry.parentPath ?? entry.path, entry.name)))
    .map((path) => path.split(sep).join(posix.sep))
    .sort();
}

function write(path, data) {
  mkdirSync(dirname(join(stage, path)), { recursive: true });
  writeFileSync(join(stage, path), data);
}

function shrinkWasm(path) {
  const wasm = join(stage, path);
  const small = `${wasm}.small`;
  execFileSync(process.execPath, [
    join('node_modules', 'binaryen', 'bin', 'wasm-opt'),
    ...WASM_FEATURES.map((feature) => `--enable-${feature}`),
    // It warns of names that newer linkers write down, and drops them.
    '--quiet', '-Oz', wasm, '-o', small,
  ], { stdio: 'inherit' });
  renameSync(small, wasm);
}

/** Without what only people read, and without the link of the Rust build that Trunk leaves. */
function lean(html) {
  return html
    .replace(/<!--[^]*?-->|<link[^>]*\sdata-trunk[^>]*>/g, '')
    .replace(/(?<=<style>)[^]*?(?=<\/style>)/g, minified)
    .replace(COMMENT_LINE, '')
    .replace(/^[ \t]+/gm, '');
}

/** `--bg` in both themes, for the places where a browser takes no custom property. */
function backgrounds() {
  const tokens = readFileSync(join('style', 'tokens.css'), 'utf8').replace(/\/\*[^]*?\*\//g, '');
  const [light, dark] = tokens.split('prefers-color-scheme').map((theme) =>
    theme.match(/--bg:\s*(#[0-9a-f]{6})\b/i)?.[1]);
  if (!light || !dark) {
    throw new Error('style/tokens.css has no --bg for both themes');
  }
  return { __BG_LIGHT__: light, __BG_DARK__: dark };
}

function fill(path, values) {
  let text = readText(path);
  for (const [name, value] of Object.entries(values)) {
    text = text.replaceAll(name, value);
  }
  write(path, text);
}

/** What the content security policy has to allow by hash. */
function inlineHashes(html, tag) {
  const elements = html.matchAll(new RegExp(`<${tag}(\\s[^>]*)?>([^]*?)</${tag}>`, 'g'));
  return [...elements]
    .filter(([, attributes]) => !/\ssrc=/.test(attributes ?? ''))
    .map(([, , text]) => `sha256-${sha256(text, 'base64')}`);
}

/** The size of the compressed copy, or null where there is none because it would not be smaller. */
function compress(path) {
  if (!COMPRESSIBLE.test(path)) return null;
  const data = read(path);
  const small = brotliCompressSync(data, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 11,
      [constants.BROTLI_PARAM_LGWIN]: 22,
      [constants.BROTLI_PARAM_SIZE_HINT]: data.length,
    },
  });
  if (small.length >= data.length) return null;
  write(`${path}.br`, small);
  return small.length;
}

split(stage);
for (const path of files().filter((path) => path.endsWith('.wasm'))) {
  shrinkWasm(path);
}
const { wasm, names } = withShortImports(read('ruyuan_bg.wasm'), './ruyuan_bg.js');
write('ruyuan_bg.wasm', wasm);
write('ruyuan.js', await shortGlue(readText('ruyuan.js'), names));
write('__wasm_split.js', await shortGlue(readText('__wasm_split.js'), new Map()));
write('index.html', lean(readText('index.html')));
write('sw.js', readText('sw.js').replace(COMMENT_LINE, ''));
for (const path of ['index.html', 'manifest.webmanifest']) {
  fill(path, backgrounds());
}

const contents = files().map((path) => `${sha256(read(path), 'hex')}  ${path}\n`).join('');
const release = sha256(contents, 'hex').slice(0, 16);

// Trunk linked what it copied to the top; the loader names its release path itself.
let html = readText('index.html').replaceAll('__RELEASE__', release);
for (const path of files().filter((path) => !FIXED.test(path))) {
  const moved = `r/${release}/${path}`;
  write(moved, read(path));
  rmSync(join(stage, path));
  const escaped = path.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  html = html.replace(new RegExp(`(?<=[="'])/${escaped}(?=["'\\s>])`, 'g'), `/${moved}`);
}
rmSync(join(stage, 'snippets'), { recursive: true, force: true });
write('index.html', html);

const offline = files().filter((path) => !NOT_OFFLINE.test(path));
const list = Object.fromEntries(offline.map((path) => [`/${path}`, sha256(read(path), 'hex')]));
fill('sw.js', {
  __RELEASE__: release,
  "'__FILES__'": JSON.stringify(list, null, 2),
});

const listed = files().map((path) => ({
  path,
  sha256: sha256(read(path), 'hex'),
  bytes: read(path).length,
  br: compress(path),
}));
write('release.json', `${JSON.stringify({
  release,
  // For the content security policy.
  inline: { script: inlineHashes(html, 'script'), style: inlineHashes(html, 'style') },
  files: listed,
}, null, 2)}\n`);

const travels = listed.reduce((sum, file) => sum + (file.br ?? file.bytes), 0);
console.log(`release ${release}: ${listed.length} files, ${Math.ceil(travels / 1024)} KB to download`);
