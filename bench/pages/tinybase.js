// TinyBase: a mergeable store, kept in IndexedDB, synchronized over a socket. A save writes the whole store, which for
// a thousand edits one by one takes minutes: it is saved once, after the last, and the table says so.

import { createMergeableStore } from 'tinybase/mergeable-store';
import { createIndexedDbPersister } from 'tinybase/persisters/persister-indexed-db';
import { createWsSynchronizer } from 'tinybase/synchronizers/synchronizer-ws-client';
import { EDITED } from '../data/records.mjs';
import { serve } from './shell.js';

let store;
let persister;

async function open() {
  store = createMergeableStore();
  persister = createIndexedDbPersister(store, 'bench');
  await persister.load();
}

async function connect() {
  const synchronizer = await createWsSynchronizer(store, new WebSocket(`ws://${location.host}/bench`), 60);
  await synchronizer.startSync();
  return synchronizer;
}

const all = () => Object.entries(store.getTable('records')).map(([id, record]) => ({ id, ...record }));
const turn = () => new Promise((done) => setTimeout(done));

serve({
  async down({ rows }) {
    await open();
    const synchronizer = await connect();
    while (store.getRowCount('records') < rows) await turn();
    await synchronizer.destroy();
    await persister.save();
    return { rows: store.getRowCount('records') };
  },
  async read() {
    if (!store) await open();
    return all();
  },
  async edits(edits) {
    for (const { id, value } of edits) store.setCell('records', id, EDITED, value);
    await persister.save();
  },
  async push() {
    await connect();
    return {};
  },
  async first(limit) {
    await open();
    return store.getSortedRowIds('records', undefined, false, 0, limit)
      .map((id) => store.getCell('records', id, 'name'));
  },
});
