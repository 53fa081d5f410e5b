// What PouchDB does in the benchmark, whichever adapter it stores with. It replicates in large batches, which its
// documentation advises for fast lines.

import PouchDB from 'pouchdb-browser';
import { EDITED } from '../data/records.mjs';
import { serve } from './shell.js';

const BATCHES = { batch_size: 1_000, batches_limit: 10 };
const remote = () => new PouchDB(`${location.origin}/db/bench`, { skip_setup: true });

/** Serves the steps over databases opened with these options. */
export function servePouchDB(options) {
  let database;
  const open = () => new PouchDB('bench', { auto_compaction: false, ...options });

  serve({
    idOf: (document) => document._id,
    async down() {
      database = open();
      const { docs_written: rows } = await database.replicate.from(remote(), BATCHES);
      return { rows };
    },
    async read() {
      database ??= open();
      const { rows } = await database.allDocs({ include_docs: true });
      return rows.map((row) => row.doc);
    },
    async edit({ id, value }) {
      const document = await database.get(id);
      document[EDITED] = value;
      await database.put(document);
    },
    async push() {
      const { docs_written: confirmed } = await database.replicate.to(remote(), BATCHES);
      return { confirmed };
    },
    async first(limit) {
      database = open();
      const { rows } = await database.allDocs({ include_docs: true, limit });
      return rows.map((row) => row.doc.name);
    },
  });
}
