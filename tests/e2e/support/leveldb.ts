// The files in which Chromium keeps IndexedDB, as far as a story has to know them.

import { appendFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** A log is cut into blocks; a record's head is never split between two. */
const BLOCK = 32 * 1024;
/** Checksum (4), length (2), type (1). */
const HEAD = 7;
const FULL = 1;
const LENGTH = 4_000;

/** Appends the head of a record and less than it promises to the log in use: what a write leaves that was cut short. */
export async function appendHalfRecord(folder: string): Promise<void> {
  const [database] = (await readdir(folder)).filter((name) => name.endsWith('.leveldb'));
  const logs = (await readdir(join(folder, database))).filter((name) => name.endsWith('.log')).sort();
  const log = join(folder, database, logs[logs.length - 1]);
  const left = BLOCK - ((await stat(log)).size % BLOCK);
  const head = Buffer.alloc(HEAD);
  head.writeUInt32LE(0x5eed, 0);
  head.writeUInt16LE(LENGTH, 4);
  head.writeUInt8(FULL, 6);
  // What is left of a block and holds no head is filled with zeros.
  const filling = Buffer.alloc(left < HEAD + LENGTH ? left : 0);
  await appendFile(log, Buffer.concat([filling, head, Buffer.alloc(LENGTH / 4, 'half')]));
}
