// The server of hand-written IndexedDB: rows by key in LevelDB, every write synced to disk before it is confirmed.

import { ClassicLevel } from 'classic-level';
import { body, runServer } from './http.mjs';

let level;
const put = (rows) => level.batch(rows.map((row) => ({ type: 'put', key: row.id, value: row })), { sync: true });

await runServer({
  async open(data) {
    level = new ClassicLevel(data, { valueEncoding: 'json' });
    await level.open();
  },
  seed: put,
  close: () => level.close(),
  routes: {
    async 'GET /records'(_, query) {
      const limit = Number(query.get('limit'));
      const rows = await level.values({ gt: query.get('after'), limit }).all();
      return { rows, next: rows.at(-1)?.id, more: rows.length === limit };
    },
    async 'POST /records'(request) {
      const { rows } = await body(request);
      // As any server must, it looks at what it has before it takes what it gets.
      const known = await level.getMany(rows.map((row) => row.id));
      const valid = rows.filter((row, at) => known[at] && typeof row.name === 'string' && row.name.length <= 120);
      await put(valid);
      return { stored: valid.length };
    },
    async 'POST /check'(request) {
      const { ids } = await body(request);
      return { rows: await level.getMany(ids) };
    },
  },
});
