// Has the expressions judged by the cases of npm's openrosa-xpath-evaluator, unchanged, in Chromium. They run twice:
// with that package's own evaluator, which says what each case asks, and with ours.
//
// Left out are cases that ask for nodes, that evaluate nothing, or whose expressions have what forms do not: axes,
// attributes, prefixes, and the functions of NOT_IN_FORMS. Of the others so many must pass, and each that does not
// stands in differences.json with its reason.
//
// CHROMIUM_PATH is the browser; the arguments are the folder of wasm-bindgen's output and, if wanted, a word that the
// titles of the cases to be shown contain.

import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);
const here = import.meta.dirname;
const judge = dirname(require.resolve('openrosa-xpath-evaluator/package.json'));
const cases = join(judge, 'test', 'integration');

/** Of a hundred cases so many pass. */
const AT_LEAST = 95;
const NOT_IN_FORMS = [
  'id', 'lang', 'name', 'local-name', 'namespace-uri', 'node', 'text', 'comment', 'processing-instruction',
];

function isLeftOut({ expression, type }) {
  // XPathResult's types from 4 on are nodes.
  if (type >= 4) return true;
  const bare = expression.replace(/"[^"]*"|'[^']*'/g, "''");
  const functions = NOT_IN_FORMS.map((name) => name.replace('-', '\\-')).join('|');
  return /::|@|[\w-]:[\w-]/.test(bare) || new RegExp(`(^|[^\\w-])(${functions})\\s*\\(`).test(bare);
}

/** The cases as one script, with an evaluator in place of theirs. */
async function bundle(evaluator) {
  const specs = readdirSync(cases, { recursive: true }).filter((path) => path.endsWith('.spec.js')).sort();
  const contents = ['helpers.js', ...specs].map((path) => `require(${JSON.stringify(join(cases, path))});`).join('\n');
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: here },
    bundle: true,
    write: false,
    format: 'iife',
    define: { global: 'globalThis' },
    logLevel: 'error',
    plugins: [{
      name: 'evaluator',
      setup({ onResolve }) {
        onResolve({ filter: /\/src\/openrosa-xpath-own$/ }, () => ({ path: join(judge, 'src', 'openrosa-xpath.js') }));
        onResolve({ filter: /\/src\/openrosa-xpath$/ }, () => ({ path: join(here, evaluator) }));
      },
    }],
  });
  return outputFiles[0].text;
}

/** Runs them; what became of each, and what each asked. */
async function run(browser, evaluator, prepare) {
  const context = await browser.newContext({ timezoneId: 'America/Phoenix' });
  const page = await context.newPage();
  page.on('pageerror', (error) => console.error(error));
  await page.route('**', (route) => route.fulfill({ contentType: 'text/html', body: '<!DOCTYPE html>' }));
  await page.goto('http://localhost/');
  await page.addScriptTag({ path: require.resolve('mocha/mocha.js') });
  await prepare(page);
  await page.evaluate(() => {
    window.judged = [];
    mocha.setup({ ui: 'bdd', reporter: 'base', timeout: 10_000, rootHooks: {} });
  });
  await page.addScriptTag({ content: await bundle(evaluator) });
  const outcomes = await page.evaluate(() => new Promise((done) => {
    const outcomes = [];
    const runner = mocha.run(() => done(outcomes));
    runner.on('test', () => { window.judged = []; });
    runner.on('test end', (test) => outcomes.push({
      title: test.fullTitle(), state: test.isPending() ? 'pending' : test.state, asked: window.judged,
      error: test.err?.message?.slice(0, 200),
    }));
  }));
  await context.close();
  // Some have the same title: they are told apart by their order.
  const seen = new Map();
  return outcomes.map((outcome) => {
    const times = (seen.get(outcome.title) ?? 0) + 1;
    seen.set(outcome.title, times);
    return { ...outcome, title: times > 1 ? `${outcome.title} (${times})` : outcome.title };
  });
}

async function withOurs(page) {
  const folder = process.argv[2];
  const wasm = readFileSync(join(folder, 'judge_bg.wasm')).toString('base64');
  const glue = readFileSync(join(folder, 'judge.js'), 'utf8');
  await page.addScriptTag({ content: `${glue}
    wasm_bindgen.initSync({ module: Uint8Array.from(atob('${wasm}'), (letter) => letter.charCodeAt(0)) });
    window.outcome = wasm_bindgen.outcome;` });
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH,
  args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
});
const own = await run(browser, 'recorder.cjs', async () => {});
const ours = new Map((await run(browser, 'adapter.cjs', withOurs)).map((outcome) => [outcome.title, outcome]));
await browser.close();

const counted = own.filter(({ state, asked }) => state === 'passed' && asked.length > 0 && !asked.some(isLeftOut));
const failed = counted.filter(({ title }) => ours.get(title)?.state !== 'passed');
const share = (100 * (counted.length - failed.length)) / counted.length;
console.log(`${own.length} cases, ${own.filter(({ state }) => state === 'passed').length} pass with their own evaluator`);
console.log(`${counted.length} are about what forms have; ${counted.length - failed.length} of them pass with ours: ${share.toFixed(1)} %`);

const listed = JSON.parse(readFileSync(join(here, 'differences.json'), 'utf8'));
const reasonOf = (title) => Object.entries(listed).find(([, titles]) => titles.includes(title))?.[0];
const unlisted = failed.filter(({ title }) => !reasonOf(title));
for (const { title } of unlisted) {
  const { asked, error } = ours.get(title) ?? {};
  console.log(`  not listed: ${title}\n    ${JSON.stringify(asked?.at(-1)?.expression)}: ${error}`);
}
const titles = new Set(failed.map(({ title }) => title));
const mended = Object.values(listed).flat().filter((title) => !titles.has(title));
for (const title of mended) console.log(`  listed, and passes: ${title}`);
const wanted = process.argv[3];
if (wanted) {
  for (const [title, outcome] of ours) if (title.includes(wanted)) console.log(title, JSON.stringify(outcome));
}
if (process.env.WRITE) writeFileSync(process.env.WRITE, JSON.stringify(unlisted.map(({ title }) => title), null, 2));
if (share < AT_LEAST || unlisted.length > 0 || mended.length > 0) process.exitCode = 1;
