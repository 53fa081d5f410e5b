// Other people at the same server, by its public API only: a colleague who writes a lot, a manager who reads all.

import { randomUUID } from 'node:crypto';

const SCHEMA = 2;
const PULL_LIMIT = 2_000;
const PUSH_BYTES = 900_000;
export const PARK = 'park:330802-01';

type Value = string | number | boolean | string[] | null;

export interface Row {
  id: string;
  root: string;
  kind: string;
  version: number;
  deleted: boolean;
  fields: Record<string, Value>;
}

interface Edit {
  record: string;
  op: 'create' | 'update';
  base: number;
  fields: Record<string, { old?: string; new: string }>;
}

export class Office {
  private readonly device = randomUUID();
  private mid = 0;

  private constructor(
    private readonly port: number,
    private readonly cookie: string,
    private readonly scopes: string[],
  ) {}

  static async open(port: number, user_name: string, password: string): Promise<Office> {
    const response = await fetch(`http://127.0.0.1:${port}/api/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ user_name, password }),
    });
    if (!response.ok) throw new Error(`${user_name} is not let in: ${response.status}`);
    const cookie = response.headers.get('set-cookie')?.split(';')[0] ?? '';
    const { scopes } = (await response.json()) as { scopes: string[] };
    return new Office(port, cookie, scopes);
  }

  private async post(path: string, body: unknown): Promise<any> {
    const response = await fetch(`http://127.0.0.1:${this.port}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie: this.cookie },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }

  /** Writes firms of the park, in pushes of a phone's size; every one must be applied. */
  async write(edits: Edit[]): Promise<void> {
    let mutations: unknown[] = [];
    let bytes = 0;
    const send = async () => {
      const { results } = await this.post('/api/sync/push', { device: this.device, schema: SCHEMA, mutations });
      const refused = results.find(({ status }: { status: string }) => status !== 'applied');
      if (refused || results.length !== mutations.length) {
        throw new Error(`not every edit was applied: ${JSON.stringify(refused)}`);
      }
      mutations = [];
      bytes = 0;
    };
    for (const edit of edits) {
      const size = JSON.stringify(edit).length * 3;
      if (bytes + size > PUSH_BYTES && mutations.length > 0) await send();
      this.mid += 1;
      const at = new Date().toISOString();
      mutations.push({ mid: this.mid, id: randomUUID(), kind: 'enterprise', scope: PARK, at, ...edit });
      bytes += size;
    }
    if (mutations.length > 0) await send();
  }

  /** How many bytes of an attachment the server gives. */
  async bytes(id: string): Promise<number> {
    const response = await fetch(`http://127.0.0.1:${this.port}/api/sync/blobs/${id}`, { headers: { cookie: this.cookie } });
    return response.ok ? (await response.arrayBuffer()).byteLength : -1;
  }

  /** Every row of the park that is not deleted. */
  async rows(): Promise<Row[]> {
    const device = randomUUID();
    // Scopes that are not asked for are named as already had, so that they send nothing. The park is named from its
    // start: who names nothing of a large one is given a snapshot.
    const cursors = Object.fromEntries(this.scopes.map((scope) => [scope, Number.MAX_SAFE_INTEGER]));
    cursors[PARK] = 0;
    const rows: Row[] = [];
    for (;;) {
      const answer = await this.post('/api/sync/pull', { device, cursors, limit: PULL_LIMIT });
      const page = answer.scopes.find(({ scope }: { scope: string }) => scope === PARK);
      if (!page) return rows;
      rows.push(...page.rows.filter((row: Row) => !row.deleted));
      cursors[PARK] = page.next;
      if (!page.more) return rows;
    }
  }
}

const FILLER = '衢州高新片区走访中记下的话，企业经营正常，专利权已质押。';
const long = (length: number) => FILLER.repeat(20).slice(0, length);

/** Firms of a colleague: most as short as firms are, some so long that changing them all fills a journal. */
export class Firms {
  private readonly all: { id: string; name: string; note: string; version: number; long: boolean }[];
  private turns = 0;

  constructor(private readonly office: Office, short: number, longer: number) {
    this.all = Array.from({ length: short + longer }, (_, at) => ({
      id: randomUUID(), name: `邻座的企业${at + 1}`, note: '初次登记', version: 1, long: at >= short,
    }));
  }

  get count(): number {
    return this.all.length;
  }

  async create(): Promise<void> {
    await this.office.write(this.all.map(({ id, name, note, long: isLong }) => {
      const words = isLong
        ? { legal_representative: long(60), address: long(200), industry: long(60), contact_name: long(60),
          contact_title: long(60), industry_chain: long(60) }
        : { address: '衢州市柯城区东港一路1号', industry: '特种纸业' };
      const fields = Object.entries({ name, qualifications: note, ...words });
      return {
        record: id, op: 'create', base: 0,
        fields: Object.fromEntries(fields.map(([field, value]) => [field, { new: value }])),
      };
    }));
  }

  /** Changes every long one. */
  async revise(): Promise<void> {
    this.turns += 1;
    const note = `第${this.turns}次修改：${long(180)}`;
    const changed = this.all.filter((firm) => firm.long);
    await this.office.write(changed.map(({ id, note: old, version }) => ({
      record: id, op: 'update', base: version, fields: { qualifications: { old, new: note } },
    })));
    for (const firm of changed) {
      firm.note = note;
      firm.version += 1;
    }
  }

  /** What is wrong with these rows: each firm must stand there once, as it was written last. */
  wrongIn(rows: Row[]): string[] {
    const byName = new Map<string, Row[]>();
    for (const row of rows) {
      const name = String(row.fields.name);
      byName.set(name, [...(byName.get(name) ?? []), row]);
    }
    return this.all.flatMap(({ name, note }) => {
      const found = byName.get(name) ?? [];
      const right = found.length === 1 && found[0].fields.qualifications === note;
      return right ? [] : [`${name}: ${found.length} times, ${found[0]?.fields.qualifications}`];
    });
  }
}
