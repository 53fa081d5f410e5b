// PouchDB with its newer adapter, a package of its own.

import adapter from 'pouchdb-adapter-indexeddb';
import PouchDB from 'pouchdb-browser';
import { servePouchDB } from './pouchdb-steps.js';

PouchDB.plugin(adapter);
servePouchDB({ adapter: 'indexeddb' });
