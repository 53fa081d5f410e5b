// Joins the style sheets into one, minified: follows the `@import`s of style/main.css and writes
// target/client/app.css. Runs before every build.
//
// An import is a line of its own, as in any bundler: './x.css' beside the file that imports it,
// anything else ('weui/…') from node_modules. Their order is the cascade's order.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { minified } from './css.mjs';
import { purged } from './purge.mjs';

/** Everything below a folder as one text: where a class would be named. */
function textOf(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath ?? entry.path, entry.name), 'utf8'))
    .join('\n');
}

const SOURCES = textOf('src') + readFileSync('index.html', 'utf8');
const OURS = textOf('style');

// The name is the one capture group, so that splitting keeps it.
const IMPORT = /^@import\s+(?:url\()?["']([^"']+)["']\)?\s*;[ \t]*$/gm;

function joined(file, parents = []) {
  if (parents.includes(file)) {
    throw new Error(`${file} imports itself`);
  }
  const pieces = readFileSync(file, 'utf8').split(IMPORT);
  // Odd pieces are the imported names.
  return pieces.map((piece, index) => {
    if (index % 2 === 0) {
      return file.endsWith('.min.css') ? purged(piece, SOURCES, OURS) : minified(piece);
    }
    const imported = piece.startsWith('.') ? resolve(dirname(file), piece) : resolve('node_modules', piece);
    return joined(imported, [...parents, file]);
  }).join('');
}

const css = joined(resolve('style/main.css'));
if (css.includes('@import')) {
  throw new Error('an @import in style/ is not a line of its own');
}
const target = join('target', 'client', 'app.css');
mkdirSync(dirname(target), { recursive: true });
writeFileSync(target, css);
