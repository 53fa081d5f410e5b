// Photos: taken without a network, made small, sent in pieces, and seen by whom they may be seen by.

import { readFileSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { axeCheck, expect, type Profile, readyForOffline, shoot, signIn, storedText, test } from './support/fixtures';
import { fillEverything, saved, startVisit } from './support/form';
import { photograph, PLACE, SECRET } from './support/photograph';

const PASSWORD = 'ruyuan-demo';
const WORDS = '设备老旧，照片为证';

const taking = (page: Page) => page.locator('input[type=file][capture]');
const images = (page: Page) => page.locator('.photo__image');

async function toPhotos(page: Page): Promise<void> {
  await page.getByRole('button', { name: '目录' }).click();
  await page.getByRole('dialog').getByRole('button', { name: '问题与诉求' }).click();
  await expect(page.getByText('现场照片')).toBeVisible();
}

/** Width and height as they are shown. */
const sizes = (page: Page) =>
  images(page).evaluateAll((all) => all.map((image) => {
    const { naturalWidth, naturalHeight } = image as HTMLImageElement;
    return [naturalWidth, naturalHeight];
  }));

/** What the server answers for a blob: the status and its bytes as text. */
const asked = (page: Page, id: string) =>
  page.evaluate(async (id) => {
    const answer = await fetch(`/api/sync/blobs/${id}`);
    const bytes = new Uint8Array(await answer.arrayBuffer());
    return { status: answer.status, size: bytes.length, text: new TextDecoder('latin1').decode(bytes) };
  }, id);

test('a photo taken offline survives, is made small, and is sent from where the line was cut', async ({ open }) => {
  test.setTimeout(300_000);
  const [li, wang, zhao] = [await open('li'), await open('wang'), await open('zhao')];
  for (const [person, user] of [[li, 'limin'], [wang, 'wangqiang'], [zhao, 'zhaolei']] as const) {
    await signIn(person.page, user, PASSWORD);
    await person.page.goto('/enterprises');
    await expect(person.page.locator('.virtual .row').first()).toBeVisible();
  }
  const firm = await li.page.locator('.virtual .row__title').first().innerText();
  await readyForOffline(li.page);
  const original = await photograph(li.page);
  expect(original.toString('latin1')).toContain(SECRET);

  // Taken without a network; the phone dies.
  await li.cut();
  let page = await li.restart();
  await page.goto('/');
  await startVisit(page, firm);
  await toPhotos(page);
  await expect(page.getByText('0/9 张，单张不超过 20 MB，自动压缩')).toBeVisible();
  await page.getByLabel('存在问题').fill(WORDS);
  await taking(page).setInputFiles({ name: 'IMG_1.jpg', mimeType: 'image/jpeg', buffer: original });
  await expect(images(page)).toHaveCount(1);
  await saved(page);
  page = await li.restart();
  await page.goto('/');
  await page.locator('.row').filter({ hasText: firm }).first().click();
  await expect(images(page)).toHaveCount(1);
  await expect(page.getByLabel('存在问题')).toHaveValue(WORDS);
  // Upright, and nothing of what the camera wrote.
  await expect.poll(() => sizes(page)).toEqual([[1920, 2560]]);
  expect(await storedText(page)).not.toContain(SECRET);

  // Two more, of which one goes again; what is no photo is refused in plain words.
  await taking(page).setInputFiles({ name: 'IMG_2.jpg', mimeType: 'image/jpeg', buffer: original });
  await expect(images(page)).toHaveCount(2);
  await taking(page).setInputFiles({ name: 'a.heic', mimeType: 'image/heic', buffer: Buffer.from('no picture') });
  await expect(page.getByText('这个文件无法识别为照片，未保存。请拍照或选 JPG、PNG')).toBeVisible();
  await taking(page).setInputFiles({
    name: 'big.jpg', mimeType: 'image/jpeg', buffer: Buffer.alloc(20 * 1024 * 1024 + 1),
  });
  await expect(page.getByText('照片超过 20 MB，未保存，其他内容已保存。请选小一些的')).toBeVisible();
  await axeCheck(page);
  await page.locator('.photo-field').first().scrollIntoViewIfNeeded();
  await shoot(page, 'photo-field');
  await page.getByRole('button', { name: '删除照片 2' }).click();
  await page.getByRole('dialog').getByRole('button', { name: '删除照片' }).click();
  await expect(images(page)).toHaveCount(1);
  await images(page).click();
  await expect(page.locator('.viewer__image')).toBeVisible();
  await shoot(page, 'photo-viewer');
  await page.getByRole('dialog').getByRole('button', { name: '返回' }).click();
  await page.getByRole('button', { name: '目录' }).click();
  await page.getByRole('dialog').getByRole('button', { name: '走访信息' }).first().click();
  await fillEverything(page, new Set());
  await expect(images(page)).toHaveCount(1);
  await page.getByRole('button', { name: '提交走访' }).click();
  await expect(page.getByText('已保存在本机，联网后自动上传')).toBeVisible();
  await expect(images(page)).toHaveCount(1);
  const address = new URL(page.url()).pathname;

  // Back on the line, which ends after the first piece: the words are sent, the photo waits.
  const pieces: string[] = [];
  const first = page.waitForResponse((response) => response.request().method() === 'PUT' && response.ok());
  await page.route('**/api/sync/blobs/*/*', async (route) => {
    const url = route.request().url();
    if (url.endsWith('complete')) return route.continue();
    if (pieces.length > 0) return route.abort();
    pieces.push(url);
    return route.continue();
  });
  await li.restore();
  // A piece of which the page has not heard that it arrived is sent again.
  await first;
  await page.goto('/uploads');
  await expect(page.getByText('照片和文件上传中断，稍后自动继续')).toBeVisible({ timeout: 30_000 });
  await expect(page.locator('.queue')).toHaveCount(1);
  await axeCheck(page);
  await shoot(page, 'uploads-photos');
  await page.goto(address);
  await expect(page.getByText(/已上传 \d/)).toHaveCount(0);

  // The colleague has the words already, and the photo's place.
  await wang.page.goto('/visits');
  await wang.page.locator('.virtual .row').filter({ hasText: firm }).click({ timeout: 30_000 });
  await expect(wang.page.getByText('照片未下载')).toBeVisible();
  await axeCheck(wang.page);
  await wang.page.locator('.photos').scrollIntoViewIfNeeded();
  await shoot(wang.page, 'photo-absent');

  // It goes on where it stood: the first piece is not sent again.
  await page.unroute('**/api/sync/blobs/*/*');
  const later: string[] = [];
  page.on('request', (request) => {
    if (request.method() === 'PUT' && request.url().includes('/blobs/')) later.push(request.url());
  });
  await page.goto('/uploads');
  await page.getByRole('button', { name: '立即上传' }).click();
  await expect(page.getByText('内容已全部上传')).toBeVisible({ timeout: 30_000 });
  expect(later.length).toBeGreaterThan(0);
  expect(later).not.toContain(pieces[0]);
  await page.goto(address);
  await expect(page.getByText(/已上传 \d/)).toBeVisible();

  // What the server has is small and says nothing of the place; the other park does not learn that it exists.
  const id = pieces[0].split('/').at(-2) ?? '';
  const held = await asked(page, id);
  expect(held.status).toBe(200);
  expect(held.size).toBeLessThan(1024 * 1024);
  expect(held.text).not.toContain(SECRET);
  expect(held.text).not.toContain('Exif');
  expect(held.text).not.toContain(PLACE.toString('latin1'));
  expect((await asked(zhao.page, id)).status).toBe(404);
  await wang.page.getByRole('button', { name: '照片未下载' }).click();
  await expect.poll(() => sizes(wang.page)).toEqual([[1920, 2560]]);
  await axeCheck(wang.page);
  await shoot(wang.page, 'visit-photo');

  // What is on the server too can be given back, and is fetched again on sight.
  await page.goto('/me');
  await expect(page.getByRole('heading', { name: '手机存储' })).toBeVisible();
  await axeCheck(page);
  await shoot(page, 'me-storage');
  await page.getByRole('button', { name: '清理已上传内容' }).click();
  await expect(page.getByRole('button', { name: '清理已上传内容' })).toBeDisabled();
  await page.goto(address);
  await expect.poll(() => sizes(page)).toEqual([[1920, 2560]]);
});

test('a full phone keeps the words and says that the photo is not kept', async ({ open }) => {
  const li = await open('li');
  await signIn(li.page, 'limin', PASSWORD);
  const page = li.page;
  await page.goto('/enterprises');
  const firm = await page.locator('.virtual .row__title').first().innerText();
  await page.goto('/');
  await startVisit(page, firm);
  await toPhotos(page);
  const photo = await photograph(page);
  await page.evaluate(() => {
    const put = IDBObjectStore.prototype.put;
    IDBObjectStore.prototype.put = function (value, key) {
      if (this.name === 'blobs') throw new DOMException('full', 'QuotaExceededError');
      return put.call(this, value, key);
    };
  });
  await page.getByLabel('存在问题').fill(WORDS);
  await taking(page).setInputFiles({ name: 'IMG_1.jpg', mimeType: 'image/jpeg', buffer: photo });
  await expect(page.getByText('手机空间不足，照片未保存，文字已保存。请清理后重拍')).toBeVisible();
  await saved(page);
  await page.reload();
  await expect(page.getByLabel('存在问题')).toHaveValue(WORDS);
  await expect(images(page)).toHaveCount(0);
});

test('a document is kept as it is, sent, and fetched by a colleague who may pause it', async ({ open }) => {
  test.setTimeout(180_000);
  const [li, wang] = [await open('li'), await open('wang')];
  for (const [person, user] of [[li, 'limin'], [wang, 'wangqiang']] as const) {
    await signIn(person.page, user, PASSWORD);
    await person.page.goto('/enterprises');
    await expect(person.page.locator('.virtual .row').first()).toBeVisible();
  }
  const firm = await li.page.locator('.virtual .row__title').first().innerText();
  await readyForOffline(li.page);
  await li.cut();
  let page = await li.restart();
  await page.goto('/');
  await startVisit(page, firm);
  await toPhotos(page);
  // 4 MB of which no two chunks are alike.
  const document = Buffer.alloc(4 * 1024 * 1024 + 5);
  for (let at = 0; at < document.length; at += 1) document[at] = (at * 31 + (at >> 8) * 7) % 251;
  const choosing = page.locator('input[type=file]').last();
  await choosing.setInputFiles({ name: '空.pdf', mimeType: 'application/pdf', buffer: Buffer.alloc(0) });
  await expect(page.getByText('文件为空或过大，未保存，其他内容已保存')).toBeVisible();
  await choosing.setInputFiles({ name: '专利证书.pdf', mimeType: 'application/pdf', buffer: document });
  await expect(page.locator('.document')).toContainText('专利证书.pdf', { timeout: 30_000 });
  await expect(page.locator('.document')).toContainText('4.0\u00a0MB');
  await choosing.setInputFiles({ name: '多余.docx', mimeType: '', buffer: Buffer.from('x') });
  await expect(page.locator('.document')).toHaveCount(2);
  await axeCheck(page);
  await page.locator('.documents').scrollIntoViewIfNeeded();
  await shoot(page, 'document-field');
  await page.getByRole('button', { name: '删除文件 多余.docx' }).click();
  await page.getByRole('dialog').getByRole('button', { name: '删除文件' }).click();
  await expect(page.locator('.document')).toHaveCount(1);
  await saved(page);
  // The phone dies; then all of it is still there.
  page = await li.restart();
  await page.goto('/');
  await page.locator('.row').filter({ hasText: firm }).first().click();
  await expect(page.locator('.document')).toContainText('专利证书.pdf');
  await page.getByRole('button', { name: '目录' }).click();
  await page.getByRole('dialog').getByRole('button', { name: '走访信息' }).first().click();
  await fillEverything(page, new Set());
  await page.getByRole('button', { name: '提交走访' }).click();
  await expect(page.getByText('已保存在本机，联网后自动上传')).toBeVisible();
  await li.restore();
  await page.goto('/uploads');
  await expect(page.getByText('内容已全部上传')).toBeVisible({ timeout: 60_000 });

  const reader = wang.page;
  await reader.goto('/visits');
  await reader.locator('.virtual .row').filter({ hasText: firm }).click({ timeout: 30_000 });
  const row = reader.locator('.document');
  await expect(row).toContainText('专利证书.pdf');
  // Paused after the first piece: what came stays, and it goes on from there.
  const parts: string[] = [];
  await reader.route('**/api/sync/blobs/*', async (route) => {
    parts.push(route.request().headers()['range'] ?? '');
    await new Promise((done) => setTimeout(done, 300));
    await route.continue();
  });
  await reader.getByRole('button', { name: '下载 专利证书.pdf' }).click();
  await reader.getByRole('button', { name: '暂停 专利证书.pdf' }).click();
  await expect(reader.getByRole('button', { name: '下载 专利证书.pdf' })).toBeVisible();
  const before = parts.length;
  expect(before).toBeLessThan(17);
  await axeCheck(reader);
  await row.scrollIntoViewIfNeeded();
  await shoot(reader, 'document-paused');
  await reader.getByRole('button', { name: '下载 专利证书.pdf' }).click();
  const save = reader.getByRole('link', { name: '存到手机 专利证书.pdf' });
  await expect(save).toBeVisible({ timeout: 60_000 });
  expect(new Set(parts).size).toBe(17);
  expect(parts.length).toBe(17);
  const [download] = await Promise.all([reader.waitForEvent('download'), save.click()]);
  expect(download.suggestedFilename()).toBe('专利证书.pdf');
  const file = await download.path();
  expect(readFileSync(file).equals(document)).toBe(true);
});

/** A visit with a photo, submitted without a network. Gives the firm's name. */
async function submitOffline(li: Profile): Promise<string> {
  const { page } = li;
  await signIn(page, 'limin', PASSWORD);
  await page.goto('/enterprises');
  const firm = await page.locator('.virtual .row__title').first().innerText();
  await readyForOffline(page);
  const photo = await photograph(page);
  await li.cut();
  await page.locator('.virtual .row').first().click();
  await page.getByRole('link', { name: '开始走访' }).click();
  const answer = (question: string, choice: string) =>
    page.locator('.question').filter({ hasText: question }).locator('.choice').filter({ hasText: choice }).click();
  await answer('有无融资需求', '无');
  await answer('遇到的问题', '暂无');
  await answer('下一步', '无需跟进');
  await taking(page).setInputFiles({ name: 'IMG_1.jpg', mimeType: 'image/jpeg', buffer: photo });
  await expect(images(page)).toHaveCount(1);
  await saved(page);
  await page.getByRole('button', { name: '提交走访' }).click();
  await expect(page.getByText('已保存在本机，联网后自动上传')).toBeVisible();
  await expect.poll(() => sizes(page)).toEqual([[1920, 2560]]);
  return firm;
}

/** The file that the page on screen offers. */
async function savedQueue(page: Page): Promise<string> {
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: '把未上传内容存为文件' }).click();
  return (await download).path();
}

/** Another phone takes the file in, and a colleague sees the photo of the phone that never came back. */
async function arrivesFromAnotherPhone(open: (name: string) => Promise<Profile>, file: string, firm: string) {
  const other = await open('other');
  await signIn(other.page, 'limin', PASSWORD);
  await other.page.goto('/uploads');
  const choose = other.page.getByLabel('导入存下的内容');
  await choose.setInputFiles(file);
  await expect(other.page.getByText('已导入 2 条，将自动上传')).toBeVisible();
  await expect(other.page.getByText('内容已全部上传')).toBeVisible({ timeout: 30_000 });
  await expect(other.page.locator('.queue')).toHaveCount(0);
  await choose.setInputFiles(file);
  await expect(other.page.getByText('这些内容本机已有')).toBeVisible();

  const wang = await open('wang');
  await signIn(wang.page, 'wangqiang', PASSWORD);
  await wang.page.goto('/visits');
  await wang.page.locator('.virtual .row').filter({ hasText: firm }).click({ timeout: 30_000 });
  await expect(images(wang.page)).toHaveCount(1, { timeout: 30_000 });
  await expect.poll(() => sizes(wang.page), { timeout: 30_000 }).toEqual([[1920, 2560]]);
}

test('a queue that was saved as a file brings its photos to another phone, and they go up from there', async ({ open }) => {
  const li = await open('li');
  const firm = await submitOffline(li);
  await li.page.goto('/uploads');
  await arrivesFromAnotherPhone(open, await savedQueue(li.page), firm);
});

test('a log that cannot be opened gives its words and photos away as a file', async ({ open }) => {
  const li = await open('li');
  const firm = await submitOffline(li);
  await li.page.evaluate(async () => {
    const [{ name }] = (await indexedDB.databases()).filter(({ name }) => /^ruyuan-[0-9a-f-]{36}$/.test(name ?? ''));
    await new Promise<void>((done, failed) => {
      const opening = indexedDB.open(name ?? '');
      opening.onerror = () => failed(opening.error);
      opening.onsuccess = () => {
        const writing = opening.result.transaction('meta', 'readwrite');
        writing.objectStore('meta').put(new Uint8Array([0x7b, 0xff, 0xfe]), 'value');
        writing.oncomplete = () => done();
      };
    });
  });
  await li.page.goto('/');
  await expect(li.page.getByRole('heading', { level: 1, name: '本机存储打不开' })).toBeVisible();
  await axeCheck(li.page);
  await shoot(li.page, 'broken');
  await arrivesFromAnotherPhone(open, await savedQueue(li.page), firm);
});

test('a photo keeps its place only where the form asks for it, and says so', async ({ open, server }) => {
  await server.stop();
  const folder = await mkdtemp(join(tmpdir(), 'ruyuan-content-'));
  await cp(server.content, folder, { recursive: true });
  const path = join(folder, 'forms/quick_visit.json');
  const form = JSON.parse(await readFile(path, 'utf8'));
  form.version += 1;
  form.groups[0].questions.find(({ name }: { name: string }) => name === 'site_photos').kind.photo.location = true;
  await writeFile(path, JSON.stringify(form));
  server.content = folder;
  await server.start();
  const { page } = await open('li');
  await signIn(page, 'limin', PASSWORD);
  await page.goto('/enterprises');
  await page.locator('.virtual .row').first().click();
  await page.getByRole('link', { name: '开始走访' }).click();
  await expect(page.getByText('照片会保留拍摄地点')).toBeVisible();
  await page.getByRole('checkbox', { name: '加注时间、企业和走访人' }).check();
  await expect(page.getByText('拍摄地点也写明')).toBeVisible();
  const buffer = await photograph(page);
  await taking(page).setInputFiles({ name: 'IMG_1.jpg', mimeType: 'image/jpeg', buffer });
  await expect(images(page)).toHaveCount(1);
  await saved(page);
  // Upright still: that it lay on its side is not carried over.
  await expect.poll(() => sizes(page)).toEqual([[1920, 2560]]);
  const stored = await storedText(page);
  expect(stored).toContain(JSON.stringify(PLACE.toString('latin1')).slice(1, -1));
  expect(stored).not.toContain(SECRET);
  await rm(folder, { recursive: true });
});
