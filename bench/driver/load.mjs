// The server under load: many devices at once by the generator in load/, and the server's memory and processor time
// beside what the generator itself used.

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HERE, buildPages } from '../build.mjs';
import { records } from '../data/records.mjs';
import * as ours from './ours.mjs';
import { verdict } from './report.mjs';
import { runToEnd } from './server.mjs';

const QUESTIONS = 250;
const FORM = 'bench_visit';
const DEVICES = 500;
const SECONDS = 10;
/** What is offered in the paced part: the target. */
const RATE = 410;
const LOADING = 100;

const TICKS = 100;
const MEGABYTE = 1024;
const SETTLE_MS = 3_000;

const localised = (text) => ({ 'zh-CN': text, en: text });
const name = (number) => `q${String(number).padStart(3, '0')}`;

/** A form of 250 questions of the sorts that forms have, and answers to all of them. */
function form() {
  const kinds = [
    () => [{ text: { max_length: 120 } }, `衢州高新片区走访，企业经营正常`],
    (at) => [{ number: { unit: 'ten_thousand_yuan', min: 0 } }, at * 1_000_000],
    (at) => [{ select_one: { choices: [{ name: 'yes', label: localised('是') }, { name: 'no', label: localised('否') }] } },
      at % 2 ? 'yes' : 'no'],
    () => [{ text: { max_length: 120 } }, '专利权质押，年内到期'],
  ];
  const answers = {};
  const questions = Array.from({ length: QUESTIONS }, (_, at) => {
    const [kind, answer] = kinds[at % kinds.length](at);
    // The first says which visit it is.
    answers[name(at)] = at === 0 ? '第@@次' : answer;
    return { name: name(at), label: localised(`问题${at + 1}`), required: true, kind };
  });
  const groups = Array.from({ length: QUESTIONS / 25 }, (_, at) => ({
    name: `g${at}`, label: localised(`第${at + 1}页`), questions: questions.slice(at * 25, at * 25 + 25),
  }));
  return { form: { form_id: FORM, version: 1, title: localised('压力'), groups }, answers };
}

function fields(answers, enterprise) {
  const values = {
    enterprise,
    form: FORM,
    form_version: 1,
    officer_name: '李敏',
    started_at: '2026-11-25T08:30:00+08:00',
    submitted_at: '2026-11-25T09:00:00+08:00',
    ...Object.fromEntries(Object.entries(answers).map(([question, value]) => [`answer.${question}`, value])),
  };
  return Object.fromEntries(Object.entries(values).map(([field, value]) => [field, { new: value }]));
}

/** Kilobytes in memory and seconds on a processor, as Linux counts them. */
async function usage(pid) {
  const [status, stat] = await Promise.all(['status', 'stat'].map((file) => readFile(`/proc/${pid}/${file}`, 'utf8')));
  const rest = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return {
    memory: Number(status.match(/VmRSS:\s+(\d+)/)[1]),
    processor: (Number(rest[11]) + Number(rest[12])) / TICKS,
  };
}

/** Watches the server while something is done to it. */
async function watched(pid, work) {
  const before = await usage(pid);
  let most = before.memory;
  const timer = setInterval(async () => {
    const now = await usage(pid).catch(() => before);
    most = Math.max(most, now.memory);
  }, 100);
  try {
    const result = await work();
    const after = await usage(pid);
    return { ...result, memory: Math.max(most, after.memory), server_processor_seconds: after.processor - before.processor };
  } finally {
    clearInterval(timer);
  }
}

const fixed = (value, digits = 0) => value.toFixed(digits);
const megabytes = (kilobytes) => `${fixed(kilobytes / MEGABYTE)} MB`;
const processor = ({ server_processor_seconds: server, generator_processor_seconds: own }) =>
  `processor: server ${fixed(server, 1)} s, generator ${fixed(own, 1)} s`;

/** Each sort of error once, with how often it came. An answer of the server is known by its status. */
function grouped(errors) {
  const counts = new Map();
  for (const error of errors) {
    const sort = error.match(/: (\d{3}) /)?.[1] ?? error.slice(0, 80);
    counts.set(sort, (counts.get(sort) ?? 0) + 1);
  }
  return [...counts].map(([sort, count]) => `${count} × ${sort}`).join('; ');
}

function lines({ idle, loading, most, paced, rows }) {
  const latency = (one) => `p50 ${fixed(one.milliseconds_p50)}, p95 ${fixed(one.milliseconds_p95)}, p99 `
    + `${fixed(one.milliseconds_p99)}, longest ${fixed(one.milliseconds_longest)} ms`;
  const memory = Math.max(loading.memory, most.memory, paced.memory);
  const errors = grouped([most, paced, loading].flatMap((part) => part.errors));
  return [
    {
      what: `${most.devices} devices, ${QUESTIONS}-answer visits, each as soon as the last was confirmed`,
      measured: `${fixed(most.per_second)}/s; ${latency(most)}; ${processor(most)}`,
      target: `≥ ${RATE}/s`,
      verdict: most.per_second >= RATE ? 'holds' : `missed by ${fixed(RATE / most.per_second, 2)} ×`,
    },
    {
      what: `${paced.devices} devices, the same visits at ${RATE}/s`,
      measured: `${fixed(paced.per_second)}/s; ${latency(paced)}; ${processor(paced)}`,
      target: 'p99 ≤ 500 ms',
      verdict: verdict(paced.milliseconds_p99, 500),
    },
    {
      what: `${loading.devices} devices, initial sync of ${rows} rows each`,
      measured: `last ${fixed(loading.seconds_last, 1)} s, median ${fixed(loading.seconds_median, 1)} s, first `
        + `${fixed(loading.seconds_first, 1)} s; ${fixed(loading.bytes_each / 1_000)} kB in ${loading.requests_each} `
        + `requests each; ${processor(loading)}`,
      target: 'last ≤ 15 s',
      verdict: verdict(loading.seconds_last, 15),
    },
    { what: 'errors', measured: errors || 'none', target: '0', verdict: errors ? 'missed' : 'holds' },
    {
      what: `server memory, idle with ${rows} rows`, measured: megabytes(idle), target: '≤ 40 MB',
      verdict: verdict(idle / MEGABYTE, 40),
    },
    {
      what: 'server memory, most under these loads', measured: megabytes(memory), target: '≤ 300 MB',
      verdict: verdict(memory / MEGABYTE, 300),
    },
  ];
}

/** Measures everything. `folder` is a temporary one; `count` the rows of an initial sync. */
export async function loadServer(folder, count) {
  const say = (text) => process.stderr.write(`${text}\n`);
  await buildPages(['ours']);
  const all = records(count);
  const data = join(folder, 'load');
  say('filling the server of the load');
  await ours.seed(data, all);
  const { form: definition, answers } = form();
  const content = await ours.contentWith(definition);
  const server = await ours.start(data, undefined, content.folder);
  try {
    const session = await ours.Session.open(server.port);
    const scope = ours.SCOPE;
    // Deleted rows are in no snapshot.
    const rows = (await session.rowsAfter(scope, 0)).rows.filter(({ deleted }) => !deleted);
    const visit = join(folder, 'visit.json');
    await writeFile(visit, JSON.stringify(fields(answers, all[0].id)));
    await new Promise((done) => setTimeout(done, SETTLE_MS));
    const { memory: idle } = await usage(server.pid);
    const binary = process.env.LOAD_BIN || join(HERE, '..', 'target', 'release', 'ruyuan-bench-load');
    const generate = (...args) => watched(server.pid, async () => JSON.parse(await runToEnd(binary, [
      '--address', `127.0.0.1:${server.port}`, '--cookie', session.cookie, '--scope', scope, ...args.map(String),
    ])));
    const visits = (salt, rate) => generate(
      'visits', '--devices', DEVICES, '--seconds', SECONDS, '--rate', rate, '--fields', visit, '--salt', salt,
    );
    say(`${LOADING} devices load ${rows.length} rows each`);
    const loading = await generate('sync', '--devices', LOADING, '--rows', rows.length);
    say(`${DEVICES} devices submit at ${RATE}/s for ${SECONDS} s`);
    const paced = await visits(1, RATE);
    say(`${DEVICES} devices submit as fast as they can for ${SECONDS} s`);
    const most = await visits(2, 0);
    const report = { idle, loading, paced, most, rows: rows.length };
    // Thousands of times the same sentence would bury the figures.
    const shortened = [loading, paced, most].map((part) => [part, part.errors.slice(0, 3)]);
    const result = { ...report, lines: lines(report), note: NOTE };
    for (const [part, errors] of shortened) part.errors = errors;
    return result;
  } finally {
    await server.stop();
    await content.remove();
  }
}

const NOTE = `Server and generator share the machine's processors. Every device has a connection of its own and shares \
one person's session. A visit is one push, answered when it is on disk; at a fixed rate its time counts from when it \
was due. Afterwards every confirmed visit was read back and compared field by field; every device that loads must get \
the same bytes of the same rows, which are unpacked and read. Memory is what the system holds for the server (RSS), \
looked at ten times a second.`;
