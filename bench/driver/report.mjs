// From measured values to the table: medians, p95, ratios within a round, and what the targets say to them.

/** The rows of the table in order. */
export const ROWS = [
  ['down', 'initial down'],
  ['edit', 'edits, one durable commit each'],
  ['push', 'push'],
  ['reopen', 'reopen to first 50 rows'],
];

/** What docs call the targets: ours at most `factor` times the peer's, in one row. */
export const TARGETS = [
  { row: 'down', peer: 'pouchdb', factor: 1 / 10, text: 'initial down ≤ 1/10 of PouchDB' },
  { row: 'down', peer: 'raw-relaxed', factor: 3 / 5, text: 'initial down ≤ 3/5 of raw per-record IndexedDB' },
  { row: 'edit', peer: 'raw-strict', factor: 1.2, text: 'one durable edit ≤ 1.2 × raw strict' },
  { row: 'push', peer: 'pouchdb', factor: 1 / 5, text: 'push ≤ 1/5 of PouchDB' },
  { row: 'push', peer: 'raw-strict', factor: 2, text: 'push ≤ 2 × raw' },
  { row: 'reopen', peer: 'pouchdb', factor: 1, text: 'reopen ≤ PouchDB' },
];

/** The value below which this share of them lies, by nearest rank. */
export function percentile(values, share) {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}

export function median(values) {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

const rounded = (value) => Math.round(value * 10) / 10;

/** Median and p95 in milliseconds of each row of each peer, with the values themselves. */
export function summarise(peers) {
  return peers.map(({ values, ...peer }) => {
    const whole = values.filter(Boolean);
    const names = Object.keys(whole[0] ?? {}).filter((name) => name !== 'wire');
    const rows = Object.fromEntries(names.map((name) => {
      const list = whole.map((value) => value[name]);
      return [name, {
        median: rounded(median(list)),
        p95: rounded(percentile(list, 0.95)),
        // With a hole where a round failed, so that rounds can be compared.
        values: Array.from(values, (value) => (value ? rounded(value[name]) : null)),
      }];
    }));
    return { ...peer, rows };
  });
}

/** Ours by theirs, round by round; the median of that, because both met the same noise. */
export function ratio(ours, theirs, row) {
  const [mine, others] = [ours?.rows[row]?.values ?? [], theirs?.rows[row]?.values ?? []];
  const ratios = mine.flatMap((value, round) => (value && others[round] ? [value / others[round]] : []));
  return ratios.length > 0 ? median(ratios) : undefined;
}

const seconds = (ms) => (ms < 1_000 ? (ms / 1_000).toFixed(3) : (ms / 1_000).toFixed(2));
const times = (value) => (value === undefined ? '–' : `${value < 0.1 ? value.toFixed(3) : value.toFixed(2)} ×`);
const line = (cells) => `| ${cells.join(' | ')} |`;
const grid = (head, lines) => [line(head), line(head.map(() => '---')), ...lines.map(line)].join('\n');

function size(bytes) {
  return bytes >= 1_000_000 ? `${(bytes / 1_000_000).toFixed(2)} MB` : `${(bytes / 1_000).toFixed(1)} kB`;
}

/** A row's title with the number of edits that it is about. */
const titled = ([row, title], edits) => (row === 'edit' ? `${edits} ${title}` : row === 'push' ? `${title} ${edits}` : title);

function timesTable({ peers, edits }) {
  const head = ['seconds: median (p95)', ...ROWS.map((row) => titled(row, edits))];
  return grid(head, peers.map((peer) => [
    peer.title,
    ...ROWS.map(([row]) => {
      const found = peer.rows[row];
      return found ? `${seconds(found.median)} (${seconds(found.p95)})` : 'failed';
    }),
  ]));
}

function ratioTable({ peers }) {
  const ours = peers.find(({ name }) => name === 'ours');
  const others = peers.filter(({ name }) => name !== 'ours');
  return grid(['ours ÷ theirs', ...ROWS.map(([, title]) => title)], others.map((peer) => [
    peer.title, ...ROWS.map(([row]) => times(ratio(ours, peer, row))),
  ]));
}

/** Each target with what was measured. */
export function judged({ peers }) {
  const named = (name) => peers.find((peer) => peer.name === name);
  return TARGETS.map(({ row, peer, factor, text }) => {
    const found = ratio(named('ours'), named(peer), row);
    if (found === undefined) return { text, measured: undefined, verdict: 'not measured' };
    const holds = found <= factor;
    return { text, measured: found, holds, verdict: holds ? 'holds' : `missed by ${(found / factor).toFixed(2)} ×` };
  });
}

function wireTable({ peers }) {
  return grid(['on the wire: down / up, requests', ...ROWS.map(([, title]) => title), 'page'], peers.map((peer) => [
    peer.title,
    ...ROWS.map(([row]) => {
      const wire = peer.wire?.[row];
      if (!wire) return '–';
      const messages = wire.messages ? ` + ${wire.messages} messages` : '';
      return `${size(wire.down)} / ${size(wire.up)}, ${wire.requests}${messages}`;
    }),
    size(peer.pageBytes),
  ]));
}

function failures({ peers }) {
  const all = peers.flatMap((peer) => peer.failures.map((failure) => `- ${peer.title}, ${failure}`));
  return all.length === 0 ? [] : ['**Failed:**', all.join('\n')];
}

/** What was measured beside an absolute goal, under its own title. */
function goalsPart(title, part) {
  if (!part) return [];
  const rows = part.lines.map(({ what, measured, target, verdict }) => [what, measured, target ?? '', verdict ?? '']);
  const grids = [`## ${title}`, grid(['what', 'measured', 'target', ''], rows)];
  return part.note ? [...grids, part.note] : grids;
}

/** How a figure stands to the most that it may be. */
export const verdict = (value, limit) => (value <= limit ? 'holds' : `missed by ${(value / limit).toFixed(2)} ×`);

/** The whole report. */
export function markdown(result) {
  const parts = ['# Measured beside its peers'];
  parts.push(`${result.measured_at.slice(0, 16).replace('T', ' ')} UTC, ${result.chromium}, Node.js ${result.node}, `
    + `${result.processors}, loopback; ${result.records} records of ${result.bytes_per_record} bytes as JSON, `
    + `${result.runs} interleaved runs, each with a fresh profile and a fresh server.`);
  if (result.peers.length > 0) {
    parts.push(timesTable(result), ratioTable(result));
    parts.push(grid(['target', 'measured', ''], judged(result).map(({ text, measured, verdict }) => [
      text, times(measured), verdict,
    ])));
    parts.push(wireTable(result));
    parts.push(NOTES);
  }
  parts.push(
    ...goalsPart('The app on a slow phone', result.app),
    ...goalsPart('Server under load', result.server),
    ...failures(result),
  );
  return `${parts.join('\n\n')}\n`;
}

const NOTES = `*Initial down*: from opening an empty database until the rows are stored and another page has read every one. \
*Edits*: read, change one field, store, one after the other; raw strict and Ruyuan wait for the disk, the others for \
what the browser does by default (relaxed). *Push*: until the server has answered the last edit and its contents were \
read back and compared; what a round does afterwards (taking the own edits back) is \`pushRound\` in the JSON. \
*Reopen*: the browser killed with -9, then from navigation until 50 rows are drawn. Ratios are medians of the ratios \
within each round. Every run compared every record by checksum in the browser, on the server and after the kill. \
*On the wire* is one more run through a counting relay, headers included.`;
