// Yjs: one document with a map of records, stored by y-indexeddb, carried by y-websocket. Nothing of it says when a
// change is stored or has arrived: a transaction behind its own says the first, the server's contents the second.

import { IndexeddbPersistence } from 'y-indexeddb';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';
import { EDITED } from '../data/records.mjs';
import { serve } from './shell.js';

let document;
let records;
let persistence;

async function open() {
  document = new Y.Doc();
  records = document.getMap('records');
  persistence = new IndexeddbPersistence('bench', document);
  await persistence.whenSynced;
}

/** Waits for everything that was given to IndexedDB before. */
const stored = () => new Promise((done, failed) => {
  const transaction = persistence.db.transaction('updates', 'readwrite');
  transaction.oncomplete = done;
  transaction.onerror = transaction.onabort = () => failed(transaction.error);
});

function connect() {
  const provider = new WebsocketProvider(`ws://${location.host}`, 'bench', document, { disableBc: true });
  return new Promise((done) => provider.once('sync', () => done(provider)));
}

const all = () => [...records.entries()].map(([id, record]) => ({ id, ...record }));

serve({
  async down({ rows }) {
    await open();
    const provider = await connect();
    // In sync with a server that may still be reading its own file.
    while (records.size < rows) await new Promise((done) => document.once('update', done));
    await stored();
    provider.destroy();
    return { rows: records.size };
  },
  async read() {
    if (!records) await open();
    return all();
  },
  async edit({ id, value }) {
    records.set(id, { ...records.get(id), [EDITED]: value });
    await stored();
  },
  async push() {
    // It stays connected: what the server has, only the server says.
    await connect();
    return {};
  },
  async first(limit) {
    await open();
    return all().sort((one, other) => (one.id < other.id ? -1 : 1)).slice(0, limit).map((record) => record.name);
  },
});
