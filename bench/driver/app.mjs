// The client itself, as it ships, with a full phone and a slowed-down processor: how long a start without a network
// takes, and how long after a tap something is drawn. Goals are absolute here; there is no peer to stand beside it.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HERE } from '../build.mjs';
import { records } from '../data/records.mjs';
import { Browser } from './browser.mjs';
import * as ours from './ours.mjs';
import { median, percentile, verdict } from './report.mjs';

/** How much slower than this machine a phone is taken to be. */
const SLOWER = 4;
const STARTS = 5;
const PATIENCE_MS = 60_000;
const SETTLE_MS = 1_500;
/** Chromium writes to the disk who is signed in some seconds after it was told. */
const KEEP_MS = 8_000;

const START_TARGET = 1_500;
const TAP_TARGET = 100;

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** Waits until an expression holds in the page. */
async function until(page, expression) {
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await page.evaluate(expression).catch(() => false))) {
    if (Date.now() > deadline) throw new Error(`it never came to: ${expression}`);
    await pause(20);
  }
}

const shown = (selector) => `document.querySelector(${JSON.stringify(selector)}) !== null`;

async function type(page, label, text) {
  await page.evaluate(`(() => {
    const field = [...document.querySelectorAll('input')].find((one) => one.labels[0]?.textContent.includes('${label}'));
    field.value = ${JSON.stringify(text)};
    field.dispatchEvent(new Event('input', { bubbles: true }));
  })()`);
}

/** Signs in, loads everything, and waits until a start needs no network any more. */
async function fillPhone(profile, origin, count) {
  const browser = await Browser.launch(profile);
  try {
    const page = await browser.open();
    await page.send('Page.navigate', { url: `${origin}/sign-in` });
    await until(page, shown('input[type=password]'));
    await type(page, '用户名', ours.ACCOUNT.user_name);
    await type(page, '密码', ours.ACCOUNT.password);
    await page.evaluate("document.querySelector('button[type=submit]').click()");
    await until(page, shown('.hero .button--primary'));
    await page.send('Page.navigate', { url: `${origin}/enterprises` });
    await until(page, `document.querySelector('.search__count')?.textContent.startsWith('${count} ')`);
    await until(page, 'navigator.serviceWorker.controller !== null');
    await pause(KEEP_MS);
  } finally {
    await browser.kill();
  }
}

/** Notes when the first screen can be used, and every tap's way to the next paint. */
const WATCH = `
  window.taps = [];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      if (entry.interactionId) window.taps.push({ id: entry.interactionId, ms: entry.duration });
    }
  }).observe({ type: 'event', durationThreshold: 16, buffered: true });
  new MutationObserver((_, observer) => {
    if (!document.querySelector('.hero .button--primary')) return;
    observer.disconnect();
    // Drawn, and the thread is free again.
    requestAnimationFrame(() => setTimeout(() => { window.usableAt = performance.now(); }));
  }).observe(document, { childList: true, subtree: true });
`;

async function slowPage(browser) {
  const page = await browser.open();
  await page.send('Page.enable');
  await page.send('Emulation.setCPUThrottlingRate', { rate: SLOWER });
  await page.send('Page.addScriptToEvaluateOnNewDocument', { source: WATCH });
  return page;
}

async function tap(page, selector, then) {
  const { x, y } = await page.evaluate(`(() => {
    const box = document.querySelector(${JSON.stringify(selector)}).getBoundingClientRect();
    return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  })()`);
  const mouse = (kind) => page.send('Input.dispatchMouseEvent', { type: kind, x, y, button: 'left', clickCount: 1 });
  await mouse('mousePressed');
  await mouse('mouseReleased');
  await until(page, then);
  await pause(300);
}

/** What an officer taps: the tabs, a firm and back, a search typed by hand, the list of firms to plan. */
async function aWalk(page, count) {
  const found = `document.querySelector('.search__count')?.textContent`;
  for (let turn = 0; turn < 3; turn += 1) {
    await tap(page, 'a.tab[href="/enterprises"]', `${found}?.startsWith('${count} ')`);
    await tap(page, '.virtual .row', shown('a[href$="/edit"]'));
    await tap(page, '.bar__back', shown('.search__input'));
    await tap(page, '.search__input', 'document.activeElement?.type === "search"');
    for (const letter of '91330') {
      await page.send('Input.dispatchKeyEvent', { type: 'keyDown', text: letter, key: letter });
      await page.send('Input.dispatchKeyEvent', { type: 'keyUp', key: letter });
      await pause(200);
    }
    await page.evaluate(`(() => {
      const field = document.querySelector('.search__input');
      field.value = '';
      field.dispatchEvent(new InputEvent('input', { bubbles: true }));
    })()`);
    await tap(page, 'a.tab[href="/visits"]', shown('a.tab[href="/visits"][aria-current="page"]'));
    await tap(page, 'a.tab[href="/"]', shown('.hero .button--primary'));
    await tap(page, 'a[href="/plan"]', shown('#plan-date'));
    await tap(page, 'a[href^="/plan/choose"]', shown('.row--tick'));
    await tap(page, '.bar__back', shown('#plan-date'));
    await tap(page, '.bar__back', shown('.hero .button--primary'));
  }
}

/** Measures it. `folder` is a temporary one; `count` the firms on the phone. */
export async function app(folder, count) {
  const say = (text) => process.stderr.write(`${text}\n`);
  const dist = process.env.DIST || join(HERE, '..', 'dist');
  const data = join(folder, 'app');
  say('filling the server of the app');
  await ours.seed(data, records(count));
  const server = await ours.start(data, dist);
  const profile = await mkdtemp(join(tmpdir(), 'ruyuan-bench-app-'));
  const starts = [];
  let taps = [];
  try {
    const origin = `http://localhost:${server.port}`;
    await fillPhone(profile, origin, count);
    // From here on there is no network.
    await server.stop();
    for (let start = 0; start < STARTS; start += 1) {
      const browser = await Browser.launch(profile);
      try {
        const page = await slowPage(browser);
        await pause(SETTLE_MS);
        await page.send('Page.navigate', { url: `${origin}/` });
        await until(page, 'window.usableAt > 0');
        starts.push(await page.evaluate('window.usableAt'));
        say(`start ${start + 1} of ${STARTS}: ${Math.round(starts.at(-1))} ms`);
        if (start + 1 === STARTS) {
          await pause(SETTLE_MS);
          await page.evaluate('window.taps = []');
          await aWalk(page, count);
          taps = await page.evaluate('window.taps');
        }
      } finally {
        await browser.kill();
      }
    }
  } finally {
    await server.stop();
    await rm(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
  // Of one interaction (pressed, released, clicked) the longest counts, as for INP.
  const longest = new Map();
  for (const { id, ms } of taps) longest.set(id, Math.max(ms, longest.get(id) ?? 0));
  const times = [...longest.values()];
  const [middle, worst] = [median(starts), percentile(times, 0.95)];
  return {
    starts,
    taps: times,
    lines: [
      {
        what: `start without a network until home can be used, ${count} records, processor ${SLOWER} × slower`,
        measured: `median ${middle.toFixed(0)} ms, longest ${Math.max(...starts).toFixed(0)} ms of ${STARTS}`,
        target: `≤ ${START_TARGET} ms`,
        verdict: verdict(middle, START_TARGET),
      },
      {
        what: `a tap or a typed letter to the next paint, ${count} records, processor ${SLOWER} × slower`,
        measured: `p95 ${worst.toFixed(0)} ms, median ${median(times).toFixed(0)} ms of the ${times.length} that took 16 ms or more`,
        target: `p95 ≤ ${TAP_TARGET} ms`,
        verdict: verdict(worst, TAP_TARGET),
      },
    ],
  };
}
