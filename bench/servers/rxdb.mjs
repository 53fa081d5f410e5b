// The server of RxDB's HTTP replication, as its documentation describes it: documents by id, a log by number, and
// conflicts answered with the server's document. In LevelDB, synced before it is confirmed.

import { ClassicLevel } from 'classic-level';
import { FIELDS } from '../data/records.mjs';
import { body, runServer } from './http.mjs';

let level;
let seq = 0;
const document = (id) => `d:${id}`;
const log = (number) => `s:${String(number).padStart(12, '0')}`;

/** Each document with the next number; the number it had is taken out of the log. */
async function put(documents) {
  const known = await level.getMany(documents.map(({ id }) => document(id)));
  const operations = documents.flatMap((value, at) => {
    seq += 1;
    const old = known[at];
    return [
      ...(old ? [{ type: 'del', key: log(old.seq) }] : []),
      { type: 'put', key: document(value.id), value: { seq, value } },
      { type: 'put', key: log(seq), value: value.id },
    ];
  });
  await level.batch(operations, { sync: true });
}

const same = (one, other) => one && other && FIELDS.every((field) => one[field] === other[field]);

await runServer({
  async open(data) {
    level = new ClassicLevel(data, { valueEncoding: 'json' });
    await level.open();
    const [last] = await level.keys({ gte: 's:', lt: 's;', reverse: true, limit: 1 }).all();
    seq = last ? Number(last.slice(2)) : 0;
  },
  seed: (all) => put(all.map((record) => ({ ...record, _deleted: false }))),
  close: () => level.close(),
  routes: {
    async 'GET /pull'(_, query) {
      const after = Number(query.get('after'));
      const range = { gt: log(after), lt: 's;', limit: Number(query.get('limit')) };
      const ids = await level.values(range).all();
      const found = await level.getMany(ids.map(document));
      return {
        documents: found.map(({ value }) => value),
        checkpoint: { seq: found.at(-1)?.seq ?? after },
      };
    },
    async 'POST /push'(request) {
      const changes = await body(request);
      const known = await level.getMany(changes.map(({ newDocumentState: { id } }) => document(id)));
      const fits = changes.map((change, at) => !known[at] || same(known[at].value, change.assumedMasterState));
      await put(changes.filter((_, at) => fits[at]).map((change) => change.newDocumentState));
      return known.filter((_, at) => !fits[at]).map(({ value }) => value);
    },
    async 'POST /check'(request) {
      const { ids } = await body(request);
      return { rows: (await level.getMany(ids.map(document))).map(({ value }) => value) };
    },
  },
});
