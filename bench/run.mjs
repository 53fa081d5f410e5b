// The benchmark's driver; `cargo xtask bench` prepares and calls it. Peers take turns within each round, so that what
// else the machine does meets all of them.
//
//   node run.mjs [--runs 10] [--records 10000] [--all-peers] [--app] [--server-load] [--only NAME]...

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { HERE, buildPages, pageBytes } from './build.mjs';
import { edits, records } from './data/records.mjs';
import { app } from './driver/app.mjs';
import { Browser } from './driver/browser.mjs';
import { loadServer } from './driver/load.mjs';
import { measure } from './driver/measure.mjs';
import { PEERS } from './driver/peers.mjs';
import { markdown, summarise } from './driver/report.mjs';

const EDITS = 1_000;

const { values: options } = parseArgs({
  options: {
    runs: { type: 'string', default: '10' },
    records: { type: 'string', default: '10000' },
    'all-peers': { type: 'boolean', default: false },
    app: { type: 'boolean', default: false },
    'server-load': { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: [] },
  },
});
const runs = Number(options.runs);
const count = Number(options.records);

const say = (text) => process.stderr.write(`${text}\n`);

/** Fills each peer's server once; every run starts from a copy. */
async function fill(peers, all, folder) {
  const templates = new Map();
  for (const peer of peers) {
    say(`filling the server of ${peer.title}`);
    const data = join(folder, peer.name);
    templates.set(peer.name, { folder: data, seeded: await peer.seed(data, all) });
  }
  return templates;
}

async function chromiumVersion(folder) {
  const browser = await Browser.launch(join(folder, 'version'));
  try {
    return await browser.version();
  } finally {
    await browser.kill();
  }
}

async function table(folder) {
  const chosen = PEERS.filter((peer) => options['all-peers'] || !peer.onlyWithAll);
  const peers = chosen.filter((peer) => options.only.length === 0 || options.only.includes(peer.name));
  await buildPages(new Set(peers.map((peer) => peer.page)));
  const all = records(count);
  const plan = { all, changes: edits(all, Math.min(EDITS, count)) };
  const templates = await fill(peers, all, folder);
  const measured = new Map(peers.map((peer) => [peer.name, { values: [], failures: [] }]));

  const once = async (peer, what, settings) => {
    const { failures } = measured.get(peer.name);
    try {
      return await measure(peer, plan, templates.get(peer.name), settings);
    } catch (error) {
      // A failed run gives no figure, and the report says so; the others still count.
      say(`${peer.title}, ${what}: ${error.stack}`);
      failures.push(`${what}: ${error.message}`);
      return undefined;
    }
  };
  for (let round = 0; round < runs; round++) {
    // Another one begins each time: nobody always runs behind the same one.
    for (let turn = 0; turn < peers.length; turn++) {
      const peer = peers[(round + turn) % peers.length];
      const value = await once(peer, `round ${round + 1}`);
      measured.get(peer.name).values[round] = value;
      if (value) {
        const seconds = ['down', 'edit', 'push', 'reopen'].map((row) => (value[row] / 1000).toFixed(2));
        say(`round ${round + 1} of ${runs}, ${peer.title}: ${seconds.join(' ')} s`);
      }
    }
  }
  for (const peer of peers) {
    measured.get(peer.name).wire = (await once(peer, 'the counted run', { wire: true }))?.wire;
  }
  return peers.map((peer) => ({
    name: peer.name, title: peer.title, pageBytes: pageBytes(peer.page), ...measured.get(peer.name),
  }));
}

const folder = await mkdtemp(join(tmpdir(), 'ruyuan-bench-templates-'));
try {
  const bytes = records(count).reduce((sum, record) => sum + Buffer.byteLength(JSON.stringify(record)), 0);
  const result = {
    measured_at: new Date().toISOString(),
    chromium: await chromiumVersion(folder),
    node: process.version,
    processors: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}`,
    runs,
    records: count,
    edits: Math.min(EDITS, count),
    bytes_per_record: Math.round(bytes / count),
    peers: runs > 0 ? summarise(await table(folder)) : [],
    app: options.app ? await app(folder, count) : undefined,
    server: options['server-load'] ? await loadServer(folder, count) : undefined,
  };
  const text = markdown(result);
  const results = join(HERE, 'results');
  await mkdir(results, { recursive: true });
  await writeFile(join(results, 'latest.json'), `${JSON.stringify(result, null, 2)}\n`);
  await writeFile(join(results, 'latest.md'), text);
  process.stdout.write(text);
  if (result.peers.some((peer) => peer.failures.length > 0)) process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
