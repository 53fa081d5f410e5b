// One run of one peer: a fresh profile and a fresh copy of the filled server, then down, edit, push, an end as by a
// dead battery, and the start after it. Whatever is not verified throws: no figure comes out of a run that lost a row.

import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { digest, edited } from '../data/records.mjs';
import { Browser } from './browser.mjs';
import { startRelay } from './server.mjs';

/** Between the start of a browser and the navigation that is timed: its own start is not the page's. */
const SETTLE_MS = 1_500;

/** Longest wait for a server that confirms nothing. */
const PATIENCE_MS = 120_000;

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

function same(what, found, expected) {
  if (found.rows !== expected.rows || found.sum !== expected.sum) {
    throw new Error(`${what}: ${JSON.stringify(found)} instead of ${JSON.stringify(expected)}`);
  }
}

/** Adds what passed since the last call to one row of the table. */
function meter(relay, counted) {
  const taken = () => ({ ...relay.counted, ...counted });
  let before = taken();
  return () => {
    const now = taken();
    const passed = Object.fromEntries(Object.keys(now).map((key) => [key, now[key] - before[key]]));
    before = now;
    return passed;
  };
}

/**
 * Measures one peer once. With `wire`, everything passes a relay that counts it, and times mean nothing.
 *
 * `plan` is {all, changes}: the records, and the edits made of them.
 */
export async function measure(peer, plan, template, { wire = false } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'ruyuan-bench-'));
  const cleanup = [() => rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 })];
  try {
    return await steps(peer, plan, template, folder, wire, cleanup);
  } finally {
    for (const clean of cleanup.reverse()) await clean();
  }
}

async function steps(peer, { all, changes }, template, folder, wire, cleanup) {
  const [data, profile] = [join(folder, 'data'), join(folder, 'profile')];
  await cp(template.folder, data, { recursive: true });
  const server = await peer.start(data);
  cleanup.push(() => server.stop());
  let port = server.port;
  let relay;
  if (wire) {
    relay = await startRelay(server.port);
    cleanup.push(() => relay.stop());
    port = relay.port;
  }
  const beforehand = await peer.beforehand?.(server.port);
  let browser = await Browser.launch(profile);
  cleanup.push(() => browser.kill());
  const [writer, reader] = [await browser.open(), await browser.open()];
  const counted = wire ? await writer.countRequests() : {};
  const origin = `http://127.0.0.1:${port}`;
  for (const page of [writer, reader]) await page.visit(`${origin}/`);
  const argument = { ...peer.argument, ...beforehand?.argument };
  await writer.run('prepare', { ...argument, signIn: true });
  await reader.run('prepare', argument);
  const passed = wire ? meter(relay, counted) : () => undefined;

  const down = await writer.run('down', { rows: all.length });
  const wireDown = passed();
  const read = await reader.run('read');
  same(`${peer.name}: rows after the initial load`, read.result, digest(all));
  // The reading page goes: from here on the device has one page, as a phone has.
  await reader.visit('data:text/html,<script>window.ready=true</script>');

  passed();
  const edit = await writer.run('edit', { edits: changes });
  const wireEdit = passed();
  const pushed = await pushAndCheck(peer, { all, changes }, {
    writer, port: server.port, seeded: template.seeded, beforehand,
  });
  const wirePush = passed();

  const wanted = edited(all, changes);
  await browser.kill();
  browser = await Browser.launch(profile);
  const page = await browser.open();
  if (wire) await page.countRequests(counted);
  await pause(SETTLE_MS);
  passed();
  await page.visit(`${origin}/#reopen=${encodeURIComponent(JSON.stringify(argument))}`);
  const reopen = await page.evaluate('window.reopened');
  const wireReopen = passed();
  const names = Math.min(50, all.length);
  if (reopen.result.names !== names || reopen.result.first !== all[0].name) {
    throw new Error(`${peer.name}: drew ${JSON.stringify(reopen.result)}`);
  }
  const { result: after } = await page.run('read');
  same(`${peer.name}: rows after the browser was killed`, after, digest(wanted));
  if (after.unsent?.some((count) => count > 0)) throw new Error(`${peer.name}: unsent after the push: ${after.unsent}`);

  return {
    down: down.ms + read.ms,
    downAlone: down.ms,
    edit: edit.ms,
    ...pushed,
    reopen: reopen.ms,
    wire: wire ? { down: wireDown, edit: wireEdit, push: wirePush, reopen: wireReopen } : undefined,
  };
}

/** Sends the edits and compares what the server then has, asking as it is asked best. */
async function pushAndCheck(peer, { all, changes }, { writer, ...at }) {
  const ids = changes.map(({ id }) => id);
  const changed = new Set(ids);
  const expected = digest(edited(all, changes).filter(({ id }) => changed.has(id)));
  const what = `${peer.name}: rows on the server`;
  const start = performance.now();
  const push = await writer.run('push');
  if (peer.confirmsNothing) {
    for (;;) {
      const held = digest(await peer.check({ ...at, ids }));
      const ms = performance.now() - start;
      if (held.sum === expected.sum || ms > PATIENCE_MS) {
        same(what, held, expected);
        return { push: ms, pushRound: push.ms };
      }
      await pause(10);
    }
  }
  if (push.result.confirmed !== changes.length) {
    throw new Error(`${peer.name}: ${push.result.confirmed} of ${changes.length} edits were confirmed`);
  }
  const checkStart = performance.now();
  const held = digest(await peer.check({ ...at, ids }));
  const checkMs = performance.now() - checkStart;
  same(what, held, expected);
  // A round of some goes on after the server has everything: what comes back, and the note that it was sent.
  return { push: (push.result.confirmedAfter ?? push.ms) + checkMs, pushRound: push.ms };
}
