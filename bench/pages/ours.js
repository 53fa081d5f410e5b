// This project: everything is done by the engine in the module, the page only asks for it.

import init, { open } from '../build/ours-glue/ours.js';
import { EDITED, FIELDS } from '../data/records.mjs';
import { call, serve } from './shell.js';

let device;
const module = init({ module_or_path: '/r/bench/ours.wasm' });

/** The person, whose log it is. The app keeps it; here the driver says it. */
let user;

async function opened() {
  await module;
  return open(user);
}

serve({
  async prepare(argument) {
    ({ user } = argument);
    await module;
    if (argument.signIn) await call('/api/session', argument.account);
  },
  async down() {
    device = await opened();
    const [, , rows] = await device.sync();
    return { rows };
  },
  async read() {
    device ??= await opened();
    return device.read();
  },
  async digest([rows]) {
    return { rows, sum: device.digest(FIELDS), unsent: [...device.unsent()] };
  },
  edit: ({ id, value }) => device.edit(id, EDITED, value),
  async push() {
    const [confirmed, quarantined, , confirmedAfter] = await device.sync();
    return { confirmed, quarantined, confirmedAfter };
  },
  async first(rows, argument) {
    ({ user } = argument);
    device = await opened();
    return device.first(rows, 'name');
  },
});
