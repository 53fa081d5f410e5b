// Who is measured, and what the driver needs to know of each: its page, its server, and how the server is asked what
// it holds.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { HERE, pageFolder } from '../build.mjs';
import * as ours from './ours.mjs';
import { runToEnd, startServer } from './server.mjs';

const script = (name) => join(HERE, 'servers', `${name}.mjs`);

/** A peer whose server is a script of this folder. */
function scripted({ name, page = name, server = page, argument = {}, check, ...rest }) {
  return {
    name,
    page,
    argument,
    async seed(data, all) {
      await mkdir(data, { recursive: true });
      await runToEnd(process.execPath, [script(server), 'seed', data, String(all.length)]);
    },
    start: (data) => startServer(process.execPath, [script(server), 'serve', data, pageFolder(page)]),
    check: check ?? checkByIds,
    ...rest,
  };
}

async function post(port, path, body) {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response.json();
}

async function checkByIds({ port, ids }) {
  return (await post(port, '/check', { ids })).rows;
}

async function checkPouchDB({ port, ids }) {
  const { rows } = await post(port, '/db/bench/_all_docs?include_docs=true', { keys: ids });
  return rows.map(({ doc: { _id, _rev, ...fields } }) => ({ id: _id, ...fields }));
}

export const PEERS = [
  {
    name: 'ours',
    title: 'Ruyuan',
    page: 'ours',
    argument: { account: ours.ACCOUNT },
    async seed(data, all) {
      await mkdir(data, { recursive: true });
      return ours.seed(data, all);
    },
    start: (data) => ours.start(data),
    /** The session that the check uses is opened before anything is timed. */
    async beforehand(port) {
      const session = await ours.Session.open(port);
      return { session, argument: { user: session.view.user } };
    },
    async check({ seeded, beforehand }) {
      const { rows } = await beforehand.session.rowsAfter(ours.SCOPE, seeded.next);
      return rows.map(ours.plain);
    },
  },
  scripted({
    name: 'raw-relaxed', title: 'raw IndexedDB (idb 8), relaxed', page: 'raw', argument: { durability: 'relaxed' },
  }),
  scripted({
    name: 'raw-strict', title: 'raw IndexedDB (idb 8), strict', page: 'raw', argument: { durability: 'strict' },
  }),
  scripted({ name: 'pouchdb', title: 'pouchdb-browser 9 + express-pouchdb 4.2', check: checkPouchDB }),
  scripted({ name: 'rxdb', title: 'rxdb 17.6 (Dexie) + HTTP' }),
  scripted({
    name: 'pouchdb-indexeddb',
    title: 'pouchdb-browser 9, adapter `indexeddb`',
    server: 'pouchdb',
    onlyWithAll: true,
    check: checkPouchDB,
  }),
  // Neither server confirms anything: it is asked until it has everything.
  scripted({
    name: 'tinybase', title: 'tinybase 10 (edits saved once)', onlyWithAll: true, confirmsNothing: true,
  }),
  scripted({
    name: 'yjs', title: 'yjs 13.6 + y-indexeddb + y-websocket (server not durable)', onlyWithAll: true, confirmsNothing: true,
  }),
];
