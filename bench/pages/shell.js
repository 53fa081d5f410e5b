// What every page of the benchmark has: the driver calls `run(step, argument)`, which times one step of the peer that
// the page was built with. A page opened at `#reopen=…` reads and draws the first rows by itself, as an app would.

import { digest } from '../data/records.mjs';

const FIRST = 50;

/** Makes a peer's steps callable. Each peer is {prepare, down, read, edit, push, first}, see README.md. */
export function serve(peer) {
  const timed = async (work) => {
    const start = performance.now();
    const result = await work();
    return { ms: performance.now() - start, result };
  };
  const steps = {
    prepare: async (argument) => ({ result: await peer.prepare?.(argument) }),
    down: (argument) => timed(() => peer.down(argument)),
    push: (argument) => timed(() => peer.push(argument)),
    /** Only the reading is timed; the checksums over it are the benchmark's own. */
    async read(argument) {
      const { ms, result } = await timed(() => peer.read(argument));
      return { ms, result: peer.digest ? await peer.digest(result) : digest(result, peer.idOf) };
    },
    /** One edit after the other, each awaited until the peer says that it is stored. */
    edit: ({ edits }) => timed(async () => {
      if (peer.edits) return peer.edits(edits);
      for (const edit of edits) await peer.edit(edit);
    }),
  };
  window.run = async (step, argument) => JSON.stringify(await steps[step](argument));
  const [, argument] = location.hash.split('#reopen=');
  if (!argument) window.ready = true;
  else reopen(peer, JSON.parse(decodeURIComponent(argument))).catch((error) => { window.failed = String(error.stack); });
}

async function reopen(peer, argument) {
  const names = await peer.first(FIRST, argument);
  const list = document.createElement('ol');
  list.append(...names.map((name) => Object.assign(document.createElement('li'), { textContent: name })));
  document.body.append(list);
  // Drawn: the frame after the one in which the list was put there.
  requestAnimationFrame(() => setTimeout(() => {
    window.reopened = { ms: performance.now(), result: { names: names.length, first: names[0] } };
    window.ready = true;
  }));
}

/** A plain GET or POST of JSON. */
export async function call(path, body) {
  const options = body === undefined ? {} : {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  };
  const response = await fetch(path, options);
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response.json();
}
