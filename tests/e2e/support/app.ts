// What several stories do with the app itself.

import { expect } from '@playwright/test';
import type { Screen } from './screen';

/** Signs in on whatever screen asks for it. */
export async function signIn(page: Screen, user: string, password: string): Promise<void> {
  await page.goto('/');
  await page.getByLabel('用户名').fill(user);
  await page.getByLabel('密码').fill(password);
  await page.getByRole('button', { name: '登录' }).click();
  await expect.poll(() => page.getByRole('button', { name: '登录' }).count(), { message: 'to be signed in' }).toBe(0);
}

/** Waits until the service worker has everything for a start without a network. */
export async function readyForOffline(page: Screen): Promise<void> {
  const state = () => page.evaluate(() => navigator.serviceWorker.controller?.state);
  await expect.poll(state, { message: 'to be served by its worker', timeout: 60_000 }).toBe('activated');
}

/** Everything in IndexedDB as one text: for showing that something is nowhere on the device. */
export async function storedText(page: Screen): Promise<string> {
  return page.evaluate(async () => {
    const result = <T>(request: IDBRequest<T>) =>
      new Promise<T>((done, failed) => {
        request.onsuccess = () => done(request.result);
        request.onerror = () => failed(request.error);
      });
    // Bytes as text, so that what was stored as a buffer can be searched too.
    const readable = (_: string, value: unknown) => {
      if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) {
        return new TextDecoder().decode(value);
      }
      return typeof value === 'bigint' ? String(value) : value;
    };
    const texts: string[] = [];
    for (const { name } of await indexedDB.databases()) {
      if (!name) continue;
      const database = await result(indexedDB.open(name));
      for (const store of Array.from(database.objectStoreNames)) {
        const rows = database.transaction(store).objectStore(store);
        const [keys, values] = await Promise.all([result(rows.getAllKeys()), result(rows.getAll())]);
        texts.push(`${name}/${store}: ${JSON.stringify({ keys, values }, readable)}`);
      }
      database.close();
    }
    return texts.join('\n');
  });
}
