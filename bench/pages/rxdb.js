// RxDB on Dexie with its HTTP replication. One tab, so no coordination between tabs is paid for.

import { createRxDatabase } from 'rxdb/plugins/core';
import { replicateRxCollection } from 'rxdb/plugins/replication';
import { getRxStorageDexie } from 'rxdb/plugins/storage-dexie';
import { EDITED, FIELDS } from '../data/records.mjs';
import { call, serve } from './shell.js';

const BATCH = 1_000;
const NUMBERS = new Set(['registered_capital']);
const schema = {
  version: 0,
  primaryKey: 'id',
  type: 'object',
  properties: {
    id: { type: 'string', maxLength: 36 },
    ...Object.fromEntries(FIELDS.map((field) => [field, { type: NUMBERS.has(field) ? 'number' : 'string' }])),
  },
  required: ['id', 'name'],
};

let records;

async function open() {
  const database = await createRxDatabase({
    name: 'bench',
    storage: getRxStorageDexie(),
    multiInstance: false,
    eventReduce: true,
  });
  ({ records } = await database.addCollections({ records: { schema } }));
}

/** One round of replication, both ways; the identifier stays, so that only what is new travels. */
async function replicate() {
  let rows = 0;
  let confirmed = 0;
  let confirmedAfter = 0;
  const start = performance.now();
  const replication = replicateRxCollection({
    collection: records,
    replicationIdentifier: 'bench',
    live: false,
    pull: {
      batchSize: BATCH,
      async handler(checkpoint, limit) {
        const page = await call(`/pull?after=${checkpoint?.seq ?? 0}&limit=${limit}`);
        rows += page.documents.length;
        return page;
      },
    },
    push: {
      batchSize: BATCH,
      async handler(changes) {
        const conflicts = await call('/push', changes);
        confirmed += changes.length - conflicts.length;
        confirmedAfter = performance.now() - start;
        return conflicts;
      },
    },
  });
  const failed = new Promise((_, reject) => replication.error$.subscribe(reject));
  await Promise.race([replication.awaitInitialReplication(), failed]);
  await replication.cancel();
  return { rows, confirmed, confirmedAfter };
}

serve({
  async down() {
    await open();
    return replicate();
  },
  async read() {
    if (!records) await open();
    const documents = await records.find().exec();
    return documents.map((document) => document.toMutableJSON());
  },
  async edit({ id, value }) {
    const document = await records.findOne(id).exec();
    await document.patch({ [EDITED]: value });
  },
  push: replicate,
  async first(limit) {
    await open();
    const documents = await records.find({ limit, sort: [{ id: 'asc' }] }).exec();
    return documents.map((document) => document.name);
  },
});
