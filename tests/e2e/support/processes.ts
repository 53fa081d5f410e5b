// The processes of a browser: all of them have to die at once, and none may stay.

import { readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from '@playwright/test';

/** Where Linux lists every process; where there is no such folder, only the group itself is asked. */
const PROCESSES = '/proc';

/** The process group of the browser on this profile: it locks the folder with its own number. */
export async function groupOf(folder: string): Promise<number> {
  const lock = await readlink(join(folder, 'SingletonLock'));
  const group = Number(lock.slice(lock.lastIndexOf('-') + 1));
  // Zero would be the group of the test itself.
  if (!Number.isInteger(group) || group < 2) throw new Error(`the profile is locked by ${lock}`);
  return group;
}

/** Fails if a process of the group, or a helper that was given the profile's folder, outlives the browser. */
export async function waitUntilGone(group: number, folder: string): Promise<void> {
  const message = 'no process of the killed browser to be left';
  await expect.poll(() => left(group, folder), { message, intervals: [20, 50, 100] }).toEqual([]);
}

async function left(group: number, folder: string): Promise<string[]> {
  const all = await readdir(PROCESSES).catch(() => undefined);
  if (!all) return isThere(group) ? [`group ${group}`] : [];
  const numbers = all.filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(numbers.map(async (number) => {
    const read = (file: string) => readFile(join(PROCESSES, number, file), 'utf8').catch(() => '');
    const [stat, command] = await Promise.all([read('stat'), read('cmdline')]);
    // After the name in brackets: state, parent, group. A zombie waits for its parent only.
    const [state, , itsGroup] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const alive = state !== undefined && state !== '' && state !== 'Z';
    return alive && (Number(itsGroup) === group || command.includes(folder));
  }));
  return numbers.filter((_, at) => found[at]);
}

function isThere(group: number): boolean {
  try {
    process.kill(-group, 0);
    return true;
  } catch {
    return false;
  }
}
