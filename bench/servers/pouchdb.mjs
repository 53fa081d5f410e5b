// express-pouchdb over LevelDB on disk. LevelDB is asked to sync each write, which PouchDB leaves to the system: what
// is confirmed is on disk here as it is with everybody else.

import { createRequire } from 'node:module';
import { join } from 'node:path';
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { records } from '../data/records.mjs';
import { file, listen } from './http.mjs';

const require = createRequire(import.meta.url);
const express = require('express');
const leveldown = require('leveldown');
const PouchCore = require('pouchdb-core');
const expressPouchDB = require('express-pouchdb');

/** LevelDB that syncs; PouchDB takes it by its documented option `db`. */
function durable(location) {
  const store = leveldown(location);
  const { _put, _del, _batch } = store;
  store._put = (key, value, options, done) => _put.call(store, key, value, { ...options, sync: true }, done);
  store._del = (key, options, done) => _del.call(store, key, { ...options, sync: true }, done);
  store._batch = (operations, options, done) => _batch.call(store, operations, { ...options, sync: true }, done);
  return store;
}
Object.assign(durable, { destroy: leveldown.destroy, repair: leveldown.repair });

const [task, data, argument] = process.argv.slice(2);
mkdirSync(join(data, 'db'), { recursive: true });
const PouchDB = PouchCore
  .plugin(require('pouchdb-adapter-leveldb'))
  .plugin(require('pouchdb-adapter-http'))
  .plugin(require('pouchdb-mapreduce'))
  .plugin(require('pouchdb-replication'))
  .defaults({ prefix: `${join(data, 'db')}/`, db: durable });

if (task === 'seed') {
  // express-pouchdb serves only what this list names.
  require('pouchdb-all-dbs')(PouchDB);
  const database = new PouchDB('bench');
  const all = records(Number(argument)).map(({ id, ...fields }) => ({ _id: id, ...fields }));
  for (let at = 0; at < all.length; at += 1_000) await database.bulkDocs(all.slice(at, at + 1_000));
  await database.info();
  await new Promise((done, failed) => PouchDB.allDbs((error, names) => (
    error || !names.includes('bench') ? failed(error ?? new Error(`there are only ${names}`)) : done())));
  await database.close();
} else {
  const app = express();
  app.use(async (request, response, next) => {
    if (!await file(argument, request, response)) next();
  });
  process.chdir(data);
  app.use('/db', expressPouchDB(PouchDB, {
    mode: 'minimumForPouchDB', configPath: join(data, 'config.json'), logPath: join(data, 'log.txt'),
  }));
  listen(createServer(app), async () => {});
}
