// A newer release than the one that is built: the same app under another name, told apart by a comment.

import { createHash } from 'node:crypto';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const NEWER = '<!-- a newer release -->';

/** Copies a built client; returns its folder. */
export async function copyOfRelease(dist: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ruyuan-dist-'));
  await cp(dist, folder, { recursive: true });
  return folder;
}

/** Copies a built client and makes it the next release; returns its folder. */
export async function newerRelease(dist: string): Promise<string> {
  const folder = await copyOfRelease(dist);
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
  const index = await readFile(join(folder, 'index.html'), 'utf8');
  const newer = index.replace('</body>', `${NEWER}</body>`);
  if (newer === index) throw new Error('index.html has no end of its body');
  const worker = await readFile(join(folder, 'sw.js'), 'utf8');
  const next = worker
    .replace(sha256(index), sha256(newer))
    .replace(/(const RELEASE = ')[0-9a-f]{16}'/, "$10123456789abcdef'");
  if (!next.includes(sha256(newer)) || !next.includes('0123456789abcdef')) {
    throw new Error('sw.js is not written as it was');
  }
  await writeFile(join(folder, 'index.html'), newer);
  await writeFile(join(folder, 'sw.js'), next);
  for (const stale of ['index.html.br', 'sw.js.br']) await rm(join(folder, stale), { force: true });
  return folder;
}
