// Bundles the pages: one folder each under build/, as its server gives them out.

import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

export const HERE = dirname(fileURLToPath(import.meta.url));
export const pageFolder = (page) => join(HERE, 'build', page);

const INDEX = `<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>bench</title>
<link rel="icon" href="data:,"></head>
<body><script type="module" src="/r/bench/page.js"></script></body></html>
`;
/** The features the client is built with, see xtask/client/finish.mjs. */
const WASM_FEATURES = [
  'bulk-memory', 'bulk-memory-opt', 'multivalue', 'mutable-globals', 'nontrapping-float-to-int',
  'reference-types', 'sign-ext',
];

/** Makes of this project's module what a release makes of the client's: smaller with wasm-opt. */
function shrinkModule() {
  const glue = join(HERE, 'build', 'ours-glue');
  const target = join(pageFolder('ours'), 'r', 'bench', 'ours.wasm');
  mkdirSync(dirname(target), { recursive: true });
  execFileSync(process.execPath, [
    join(HERE, '..', 'node_modules', 'binaryen', 'bin', 'wasm-opt'),
    ...WASM_FEATURES.map((feature) => `--enable-${feature}`),
    '-Oz', join(glue, 'ours_bg.wasm'), '-o', target,
  ], { stdio: 'inherit' });
}

/** Bundles these pages. */
export async function buildPages(pages) {
  for (const page of pages) {
    const folder = pageFolder(page);
    rmSync(folder, { recursive: true, force: true });
    if (page === 'ours') shrinkModule();
    await build({
      entryPoints: [join(HERE, 'pages', `${page}.js`)],
      outfile: join(folder, 'r', 'bench', 'page.js'),
      bundle: true,
      format: 'esm',
      minify: true,
      target: 'es2022',
      define: { 'process.env.NODE_ENV': '"production"', global: 'globalThis' },
      logLevel: 'error',
    });
    writeFileSync(join(folder, 'index.html'), INDEX);
  }
}

/** Bytes of what a page loads, for the report. */
export function pageBytes(page) {
  const files = ['page.js', ...(page === 'ours' ? ['ours.wasm'] : [])];
  return files.reduce((sum, file) => sum + readFileSync(join(pageFolder(page), 'r', 'bench', file)).length, 0);
}
