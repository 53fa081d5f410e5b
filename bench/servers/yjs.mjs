// The server of y-websocket with y-leveldb, as its documentation starts it. It confirms nothing; what it holds can be
// asked over HTTP.

import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { mkdirSync } from 'node:fs';
import { records } from '../data/records.mjs';
import { answer, body, file, listen } from './http.mjs';

const require = createRequire(import.meta.url);
const [task, data, argument] = process.argv.slice(2);
mkdirSync(data, { recursive: true });

if (task === 'seed') {
  const Y = require('yjs');
  const { LeveldbPersistence } = require('y-leveldb');
  const document = new Y.Doc();
  const map = document.getMap('records');
  document.transact(() => {
    for (const { id, ...fields } of records(Number(argument))) map.set(id, fields);
  });
  const level = new LeveldbPersistence(data);
  await level.storeUpdate('bench', Y.encodeStateAsUpdate(document));
  await level.destroy();
} else {
  process.env.YPERSISTENCE = data;
  const { docs, setupWSConnection } = require('@y/websocket-server/utils');
  const { WebSocketServer } = require('ws');
  const server = createServer(async (request, response) => {
    if (request.method === 'POST' && request.url === '/check') {
      const { ids } = await body(request);
      const map = docs.get('bench')?.getMap('records');
      answer(response, { rows: ids.map((id) => ({ id, ...map?.get(id) })) });
    } else if (!await file(argument, request, response)) answer(response, {}, 404);
  });
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', setupWSConnection);
  listen(server, async () => {});
}
