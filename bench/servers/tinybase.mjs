// TinyBase's socket server with a file for the store, as its documentation has it. It confirms nothing; what it holds
// can be asked over HTTP.

import { createServer } from 'node:http';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createMergeableStore } from 'tinybase/mergeable-store';
import { createFilePersister } from 'tinybase/persisters/persister-file';
import { createWsServer } from 'tinybase/synchronizers/synchronizer-ws-server';
import { WebSocketServer } from 'ws';
import { records } from '../data/records.mjs';
import { answer, body, file, listen } from './http.mjs';

const [task, data, argument] = process.argv.slice(2);
mkdirSync(data, { recursive: true });
const path = join(data, 'store.json');

if (task === 'seed') {
  const store = createMergeableStore();
  store.transaction(() => {
    for (const { id, ...fields } of records(Number(argument))) store.setRow('records', id, fields);
  });
  await createFilePersister(store, path).save();
} else {
  const store = createMergeableStore();
  const server = createServer(async (request, response) => {
    if (request.method === 'POST' && request.url === '/check') {
      const { ids } = await body(request);
      answer(response, { rows: ids.map((id) => ({ id, ...store.getRow('records', id) })) });
    } else if (!await file(argument, request, response)) answer(response, {}, 404);
  });
  createWsServer(new WebSocketServer({ server }), () => createFilePersister(store, path));
  listen(server, async () => {});
}
