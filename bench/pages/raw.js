// IndexedDB by hand, through `idb`: one object per record, an edit is one transaction over the record and the note
// that it is unsent. `#strict` or the driver's argument chooses how sure a commit must be.

import { openDB } from 'idb';
import { EDITED } from '../data/records.mjs';
import { call, serve } from './shell.js';

const PAGE = 1_000;

let database;
let durability = 'relaxed';

const open = () => openDB('bench', 1, {
  upgrade(db) {
    db.createObjectStore('records', { keyPath: 'id' });
    db.createObjectStore('unsent');
  },
});

serve({
  async prepare(argument) {
    durability = argument.durability;
  },
  async down() {
    database = await open();
    let next = call(`/records?after=&limit=${PAGE}`);
    let rows = 0;
    for (;;) {
      const page = await next;
      // The next page travels while this one is written.
      next = page.more ? call(`/records?after=${page.next}&limit=${PAGE}`) : undefined;
      const transaction = database.transaction('records', 'readwrite', { durability });
      for (const record of page.rows) transaction.store.put(record);
      await transaction.done;
      rows += page.rows.length;
      if (!next) return { rows };
    }
  },
  async read() {
    database ??= await open();
    return database.getAll('records');
  },
  async edit({ id, value }) {
    const transaction = database.transaction(['records', 'unsent'], 'readwrite', { durability });
    const records = transaction.objectStore('records');
    const record = await records.get(id);
    record[EDITED] = value;
    records.put(record);
    transaction.objectStore('unsent').put(1, id);
    await transaction.done;
  },
  async push() {
    const start = performance.now();
    const reading = database.transaction(['records', 'unsent']);
    const ids = await reading.objectStore('unsent').getAllKeys();
    const rows = await Promise.all(ids.map((id) => reading.objectStore('records').get(id)));
    const { stored } = await call('/records', { rows });
    const confirmedAfter = performance.now() - start;
    const done = database.transaction('unsent', 'readwrite', { durability });
    for (const id of ids) done.store.delete(id);
    await done.done;
    return { confirmed: stored, confirmedAfter };
  },
  async first(rows) {
    database = await open();
    return (await database.getAll('records', null, rows)).map((record) => record.name);
  },
});
