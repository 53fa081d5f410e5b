// PouchDB as it comes: with the adapter that it calls `idb`.

import { servePouchDB } from './pouchdb-steps.js';

servePouchDB({ adapter: 'idb' });
