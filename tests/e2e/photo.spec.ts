// Photos: taken without a network, made small, sent in pieces, and seen by whom they may be seen by.

import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { axeCheck, expect, readyForOffline, shoot, signIn, storedText, test } from './support/fixtures';
import { fillEverything, saved, startVisit } from './support/form';
import { photograph, SECRET } from './support/photograph';

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
  await page.route('**/api/sync/blobs/*/*', async (route) => {
    const url = route.request().url();
    if (url.endsWith('complete')) return route.continue();
    if (pieces.length > 0) return route.abort();
    pieces.push(url);
    return route.continue();
  });
  await li.restore();
  await expect.poll(() => pieces.length, { timeout: 30_000 }).toBe(1);
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
