// Photos: taken without a network, made small, sent in pieces, and seen by whom they may be seen by.

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
  await page.locator('.photo-field').scrollIntoViewIfNeeded();
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
  await expect(page.getByText('照片上传中断，稍后自动继续')).toBeVisible({ timeout: 30_000 });
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
  await page.getByRole('button', { name: '清理已上传照片' }).click();
  await expect(page.getByRole('button', { name: '清理已上传照片' })).toBeDisabled();
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
