// This project's server: the release binary on SQLite, filled and asked through its public API only.

import { randomUUID } from 'node:crypto';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HERE, pageFolder } from '../build.mjs';
import { startServer } from './server.mjs';

/** An officer of the demo and where they work; see server/src/demo. */
export const ACCOUNT = { user_name: 'limin', password: 'ruyuan-demo' };
export const SCOPE = 'park:330802-01';

const SCHEMA = 1;
const BATCH_BYTES = 900_000;
const PULL_LIMIT = 2_000;
const AT = '2026-11-25T09:00:00+08:00';

export function start(data, folder = pageFolder('ours'), content = join(HERE, '..', 'content')) {
  const binary = process.env.SERVER_BIN || join(HERE, '..', 'target', 'release', 'ruyuan-server');
  return startServer(binary, [
    'serve', '--port', '0', '--data', data, '--dist', folder, '--content', content, '--demo',
  ], { env: { ...process.env, RUST_LOG: 'warn' } });
}

/** A person's session at a server. */
export class Session {
  constructor(port, cookie, view) {
    this.port = port;
    this.cookie = cookie;
    this.view = view;
  }

  static async open(port, account = ACCOUNT) {
    const response = await fetch(`http://127.0.0.1:${port}/api/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(account),
    });
    if (!response.ok) throw new Error(`sign-in: ${response.status}`);
    const cookie = response.headers.get('set-cookie').split(';')[0];
    return new Session(port, cookie, await response.json());
  }

  async post(path, body) {
    const response = await fetch(`http://127.0.0.1:${this.port}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie: this.cookie },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }

  /** Every row of a scope after a place in its order, and the place it ends at. */
  async rowsAfter(scope, cursor) {
    const device = randomUUID();
    const rows = [];
    // Scopes that are not asked for are named as already had, so that they send nothing.
    const cursors = Object.fromEntries(this.view.scopes.map((other) => [other, Number.MAX_SAFE_INTEGER]));
    cursors[scope] = cursor;
    for (;;) {
      const answer = await this.post('/api/sync/pull', { device, cursors, limit: PULL_LIMIT });
      const page = answer.scopes.find((found) => found.scope === scope);
      if (!page) return { rows, next: cursors[scope] };
      rows.push(...page.rows);
      cursors[scope] = page.next;
      if (!page.more) return { rows, next: page.next };
    }
  }
}

/** Sends edits as a phone would, in pushes of its size; every one must be applied. */
export async function push(session, edits) {
  const device = randomUUID();
  let mutations = [];
  let bytes = 0;
  let applied = 0;
  const send = async () => {
    if (mutations.length === 0) return;
    const body = `{"device":"${device}","schema":${SCHEMA},"mutations":[${mutations.join(',')}]}`;
    const { results } = await session.post('/api/sync/push', body);
    const refused = results.find(({ status }) => status !== 'applied');
    if (refused) throw new Error(`an edit was not applied: ${JSON.stringify(refused)}`);
    applied += results.length;
    mutations = [];
    bytes = 0;
  };
  for (const [index, edit] of edits.entries()) {
    const mutation = JSON.stringify({
      mid: index + 1, id: randomUUID(), kind: 'enterprise', scope: SCOPE, fields: {}, at: AT, ...edit,
    });
    const size = Buffer.byteLength(mutation);
    if (bytes + size > BATCH_BYTES) await send();
    mutations.push(mutation);
    bytes += size;
  }
  await send();
  if (applied !== edits.length) throw new Error(`${applied} of ${edits.length} edits were applied`);
}

const creation = ({ id, ...fields }) => ({
  record: id,
  op: 'create',
  base: 0,
  fields: Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, { new: value }])),
});

/** A record of the wire as the benchmark compares it. */
export const plain = ({ id, fields }) => ({ id, ...fields });

/** Fills a data folder. Gives where the scope's order ends. */
export async function seed(data, all) {
  const server = await start(data);
  try {
    const session = await Session.open(server.port);
    // The demo's own firms of this park would stand among the records: they are deleted, and travel as that.
    const { rows } = await session.rowsAfter(SCOPE, 0);
    await push(session, rows.map(({ id, version }) => ({ record: id, op: 'delete', base: version })));
    await push(session, all.map(creation));
    const { next } = await session.rowsAfter(SCOPE, 0);
    return { next };
  } finally {
    await server.stop();
  }
}

/** The content folder with one more form, for the load of the server. */
export async function contentWith(form) {
  const folder = await mkdtemp(join(tmpdir(), 'ruyuan-bench-content-'));
  await cp(join(HERE, '..', 'content'), folder, { recursive: true });
  await mkdir(join(folder, 'forms'), { recursive: true });
  await writeFile(join(folder, 'forms', `${form.form_id}.json`), JSON.stringify(form));
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}
