// Marks on photos, who signed, and what is printed: the visit record and the firm's authorisation.

import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Page } from '@playwright/test';
import { axeCheck, expect, readyForOffline, shoot, signIn, test } from './support/fixtures';
import { fillPage, saved, startVisit } from './support/form';

const PASSWORD = 'ruyuan-demo';
const SHOTS = resolve(__dirname, 'shots');

/** A firm whose name is as long as names get, with a character of four bytes. */
const FIRM = '衢州𠮷祥特种纸与新型复合材料研究开发制造有限责任公司东港生产基地第二分公司';
const NOTE = '这句话只在另一家企业的走访里';

const images = (page: Page) => page.locator('.photo__image');
const camera = (page: Page) => page.locator('input[type=file][capture]');
const papers = (page: Page) => page.locator('.paper');

async function addFirm(page: Page): Promise<void> {
  await page.goto('/enterprises/new');
  for (const [label, text] of [
    ['企业名称', FIRM], ['统一社会信用代码', '91330800MA9TE5T12N'], ['法定代表人', '郑𠮷'], ['联系人', '欧阳建国'],
    ['职务', '财务总监'], ['联系电话', '13857000001'],
  ]) await page.getByLabel(new RegExp(`^${label}`)).fill(text);
  await page.getByRole('button', { name: '保存企业' }).click();
  await expect(page.getByRole('heading', { level: 1, name: FIRM })).toBeVisible();
}

async function toGroup(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: '目录' }).click();
  await page.getByRole('dialog').getByRole('button', { name }).first().click();
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
}

/** A picture that is light and dark, drawn without loss. */
const picture = async (page: Page, width: number, height: number): Promise<Buffer> => {
  const url = await page.evaluate(([width, height]) => {
    const canvas = document.createElement('canvas');
    canvas.width = width;
    canvas.height = height;
    const context = canvas.getContext('2d')!;
    const colours = context.createLinearGradient(0, 0, width, 0);
    colours.addColorStop(0, 'white');
    colours.addColorStop(0.5, 'teal');
    colours.addColorStop(1, 'black');
    context.fillStyle = colours;
    context.fillRect(0, 0, width, height);
    return canvas.toDataURL('image/png');
  }, [width, height]);
  return Buffer.from(url.split(',')[1], 'base64');
};

/** The first row in which two photos differ, how many rows below it do not, and how light and dark it is there. */
const difference = (page: Page) => images(page).evaluateAll((all) => {
  const [one, other] = all.map((image) => {
    const { naturalWidth: width, naturalHeight: height } = image as HTMLImageElement;
    const canvas = document.createElement('canvas');
    canvas.width = width;
    canvas.height = height;
    const context = canvas.getContext('2d')!;
    context.drawImage(image as HTMLImageElement, 0, 0);
    return { width, height, data: context.getImageData(0, 0, width, height).data };
  });
  const changed = (row: number) => {
    const from = row * one.width * 4;
    for (let at = from; at < from + one.width * 4; at += 1) {
      if (Math.abs(one.data[at] - other.data[at]) > 3) return true;
    }
    return false;
  };
  const rows = Array.from({ length: one.height }, (_, row) => row);
  const first = rows.findIndex(changed);
  const strip = other.data.slice(first * other.width * 4);
  // At the left, where the picture itself is white.
  const edge = rows.slice(first + 1).map((row) => other.data[(row * other.width + 4) * 4]);
  return {
    height: one.height,
    first,
    same: rows.slice(first).filter((row) => !changed(row)).length,
    lightest: strip.reduce((most, value) => Math.max(most, value), 0),
    behind: Math.max(...edge),
  };
});

/** The marked photo as a file, for people to look at. */
async function keep(page: Page, name: string): Promise<void> {
  const url = await images(page).last().evaluate((image) => {
    const canvas = document.createElement('canvas');
    const { naturalWidth, naturalHeight } = image as HTMLImageElement;
    [canvas.width, canvas.height] = [naturalWidth, naturalHeight];
    canvas.getContext('2d')!.drawImage(image as HTMLImageElement, 0, 0);
    return canvas.toDataURL('image/jpeg');
  });
  await mkdir(SHOTS, { recursive: true });
  await writeFile(join(SHOTS, `${name}.jpg`), Buffer.from(url.split(',')[1], 'base64'));
}

/** The sheets as the browser prints them: how many pages, and a file to look at. */
async function printed(page: Page, name: string): Promise<number> {
  const pdf = await page.pdf({ preferCSSPageSize: true });
  await mkdir(SHOTS, { recursive: true });
  await writeFile(join(SHOTS, `${name}.pdf`), pdf);
  return (pdf.toString('latin1').match(/\/Type\s*\/Page\b(?!s)/g) ?? []).length;
}

test('a mark is drawn at the foot of a photo and nowhere else, and only when it is wanted', async ({ open }) => {
  test.setTimeout(120_000);
  const { page } = await open('li');
  await signIn(page, 'limin', PASSWORD);
  await addFirm(page);
  await page.getByRole('link', { name: '今日' }).click();
  await startVisit(page, FIRM);
  await toGroup(page, '问题与诉求');
  const wish = page.getByRole('checkbox', { name: '加注时间、企业和走访人' });
  await expect(wish).not.toBeChecked();
  const buffer = await picture(page, 1280, 960);
  await camera(page).setInputFiles({ name: 'a.png', mimeType: 'image/png', buffer });
  await expect(images(page)).toHaveCount(1);
  await wish.check();
  await expect(page.getByText('写在照片下边，去不掉')).toBeVisible();
  await axeCheck(page);
  await wish.scrollIntoViewIfNeeded();
  await shoot(page, 'photo-mark');
  await camera(page).setInputFiles({ name: 'b.png', mimeType: 'image/png', buffer });
  await expect(images(page)).toHaveCount(2);
  await saved(page);
  await expect.poll(() => images(page).evaluateAll((all) =>
    all.map((image) => (image as HTMLImageElement).naturalHeight))).toEqual([960, 960]);
  const marked = await difference(page);
  // The strip has three lines: a long name has two. Above it not one pixel is another.
  expect(marked.first).toBeGreaterThan(960 / 2);
  expect(marked.first).toBeLessThan(960 - 3 * 40);
  expect(marked.same).toBe(0);
  expect(marked.lightest).toBeGreaterThan(230);
  expect(marked.behind).toBeLessThan(110);
  await keep(page, 'photo-marked');

  // The wish is this device's; a picture that is small or flat is marked too.
  await page.reload();
  await expect(wish).toBeChecked();
  await expect(images(page)).toHaveCount(2);
  for (const [width, height] of [[320, 240], [1600, 300], [900, 1600]]) {
    const count = await images(page).count();
    const other = await picture(page, width, height);
    await camera(page).setInputFiles({ name: 'c.png', mimeType: 'image/png', buffer: other });
    await expect(images(page)).toHaveCount(count + 1);
    await expect.poll(() => images(page).last().evaluate((image) => (image as HTMLImageElement).naturalWidth)).toBe(width);
    await keep(page, `photo-marked-${width}`);
  }
  await wish.uncheck();
  await page.reload();
  await expect(wish).not.toBeChecked();

  // Over a seal there is no mark.
  await toGroup(page, '授权书与盖章件');
  await expect(page.getByText('企业授权书（盖章页）')).toBeVisible();
  await expect(wish).toHaveCount(0);
});

/** Ten rights, each with a name of its own. */
async function addRights(page: Page): Promise<void> {
  await toGroup(page, '拟质押清单');
  for (let n = 1; n <= 10; n += 1) {
    await page.getByRole('button', { name: '添加拟质押权利' }).click();
    const right = page.locator('.instance').nth(n - 1);
    await right.locator('select').first().selectOption({ label: '发明专利' });
    await right.getByLabel('权利名称').fill(`一种𠮷祥纹特种纸的连续化制备方法及其涂布装置（第${n}件）`);
    await right.getByLabel('专利号').fill('ZL202110000001.6');
    await right.getByLabel('申请日').fill('2021-01-04');
    await right.getByLabel('到期日').fill('2041-01-03');
  }
  await saved(page);
}

test('a signed visit is printed, sealed and photographed, all without a network', async ({ open }) => {
  test.setTimeout(600_000);
  const li = await open('li');
  let { page } = li;
  await signIn(page, 'limin', PASSWORD);
  await page.goto('/enterprises');
  const other = await page.locator('.virtual .row__title').first().innerText();
  await readyForOffline(page);
  await li.cut();
  await addFirm(page);
  // What was said at another firm must be on no paper of this one.
  await page.getByRole('link', { name: '今日' }).click();
  await startVisit(page, other);
  await toGroup(page, '问题与诉求');
  await page.getByLabel('存在问题').fill(NOTE);
  await saved(page);

  page = await li.restart();
  await page.goto('/');
  await startVisit(page, FIRM);
  await page.getByText('实地', { exact: true }).click();
  await addRights(page);
  await toGroup(page, '融资需求');
  await page.getByText('无', { exact: true }).click();
  await toGroup(page, '企业确认与签字');
  await expect(page.getByText('签字方式')).toHaveCount(0);
  await page.getByRole('checkbox').check();
  await page.getByText('屏幕签字', { exact: true }).click();
  await shoot(page, 'signing');
  await page.getByRole('button', { name: '下一步' }).click();
  const signer = page.getByLabel('签字人姓名');
  await expect(signer).toHaveValue('欧阳建国');
  await expect(page.getByLabel('签字人职务')).toHaveValue('财务总监');
  await expect(page.getByText('来自企业档案')).toHaveCount(2);
  await axeCheck(page);
  await fillPage(page, new Set());
  // A signature without a name is none.
  await signer.fill('');
  await saved(page);
  const review = async () => {
    await toGroup(page, '授权书与盖章件');
    await page.getByRole('button', { name: '核对内容' }).click();
    await expect(page.getByRole('heading', { level: 1, name: '核对内容' })).toBeVisible();
  };
  await review();
  await expect(page.locator('.row--problem')).toHaveText([/签字人姓名/]);
  await page.locator('.row--problem').click();
  await expect(signer).toBeFocused();
  // Who does not sign needs no name, and nobody is told that one is left out.
  await page.getByRole('button', { name: '上一步' }).click();
  await page.getByText('不签字', { exact: true }).click();
  await review();
  await expect(page.locator('.row--problem')).toHaveCount(0);
  await toBack(page);
  await toGroup(page, '企业确认与签字');
  await page.getByText('屏幕签字', { exact: true }).click();
  await page.getByRole('button', { name: '下一步' }).click();
  await signer.fill('欧阳建国');
  await page.getByLabel('签字人职务').fill('财务总监');
  await saved(page);
  await toGroup(page, '个人信息同意');
  await expect(page.getByText('不同意', { exact: true })).toBeVisible();
  await expect(page.locator('input:checked')).toHaveCount(0);
  await axeCheck(page);
  await shoot(page, 'personal-consent');
  await review();
  await page.getByRole('button', { name: '提交走访' }).click();
  await expect(page.getByText('已保存在本机，联网后自动上传')).toBeVisible();

  // 走访记录单.
  await page.getByRole('link', { name: '打印走访记录单' }).click();
  await expect(papers(page)).toContainText('服务走访，不是行政检查');
  await expect(papers(page)).toContainText('一式两份，企业与走访单位各执一份');
  await expect(papers(page)).toContainText(FIRM);
  await expect(papers(page).locator('.paper__line')).toHaveCount(10);
  const box = papers(page).locator('.paper__box').filter({ hasText: '企业签字' });
  await expect(box).toContainText('欧阳建国');
  await expect(box).toContainText('财务总监');
  await expect(box.locator('svg')).toHaveCount(1);
  // A seal is a box, never a picture.
  const seal = papers(page).locator('.paper__box').filter({ hasText: '单位盖章' });
  await expect(seal).toHaveText('单位盖章');
  await expect(seal.locator('svg, img')).toHaveCount(0);
  await expect(papers(page)).not.toContainText(NOTE);
  await axeCheck(page);
  await shoot(page, 'print-visit');
  // The same on paper in the dark, and with large text.
  const pages = await printed(page, 'visit');
  await page.emulateMedia({ colorScheme: 'dark' });
  expect(await printed(page, 'visit-dark')).toBe(pages);
  await page.emulateMedia({ colorScheme: null });
  expect(pages).toBeLessThanOrEqual(4);
  // What the button does is the browser's own.
  await page.evaluate(() => {
    window.print = () => document.body.setAttribute('data-printed', '');
  });
  await page.getByRole('button', { name: '打印' }).click();
  await expect(page.locator('body[data-printed]')).toHaveCount(1);

  // 补拍授权书: the visit is opened at the question, and the photo goes with it.
  await page.getByRole('link', { name: '返回' }).click();
  await axeCheck(page);
  await page.getByRole('button', { name: '补拍授权书' }).scrollIntoViewIfNeeded();
  await shoot(page, 'visit-on-paper');
  await page.getByRole('button', { name: '补拍授权书' }).click();
  const field = page.locator('#q-authorisation_photos');
  await expect(field).toBeFocused();
  await axeCheck(page);
  await shoot(page, 'sealed-page');
  await field.locator('input[capture]').setInputFiles({
    name: 'sealed.png', mimeType: 'image/png', buffer: await picture(page, 900, 1200),
  });
  await expect(images(page)).toHaveCount(1);
  await saved(page);
  await page.getByRole('button', { name: '核对内容' }).click();
  await page.getByRole('button', { name: '保存修改' }).click();
  await expect(page.getByText('企业授权书（盖章页）')).toBeVisible();
  await expect(images(page)).toHaveCount(1);

  // 企业授权书: the firm's own data, and of no other.
  await page.getByRole('link', { name: '企业', exact: true }).click();
  await page.getByRole('searchbox').fill(FIRM.slice(0, 6));
  await page.locator('.virtual .row').filter({ hasText: FIRM }).click();
  await page.getByRole('link', { name: '打印企业授权书' }).click();
  await expect(papers(page)).toHaveCount(1);
  for (const known of [FIRM, '91330800MA9TE5T12N', '郑𠮷', '示范文本', '单位盖章']) {
    await expect(papers(page)).toContainText(known);
  }
  for (const hidden of [other, NOTE, '欧阳建国', '财务总监', '13857000001']) {
    await expect(papers(page)).not.toContainText(hidden);
  }
  await axeCheck(page);
  await shoot(page, 'print-authorisation');
  expect(await printed(page, 'authorisation')).toBe(1);
  await page.getByRole('checkbox', { name: '打印两份' }).check();
  await expect(papers(page)).toHaveCount(2);
  expect(await printed(page, 'authorisation-two')).toBe(2);

  // Blank ones hold nothing of anybody.
  await page.goto('/me');
  await page.getByRole('link', { name: '打印空白表格' }).click();
  for (const name of ['visit', 'authorisation']) {
    if (name === 'authorisation') await page.getByRole('link', { name: '企业授权书' }).click();
    await expect(papers(page)).toHaveCount(1);
    const text = await papers(page).innerText();
    for (const hidden of [FIRM, other, NOTE, '欧阳建国', '郑𠮷', '李敏', '91330800']) expect(text).not.toContain(hidden);
    await axeCheck(page);
    await shoot(page, `print-blank-${name}`);
    expect(await printed(page, `blank-${name}`)).toBeLessThanOrEqual(name === 'visit' ? 5 : 1);
  }
  await li.restore();
});

async function toBack(page: Page): Promise<void> {
  await page.getByRole('link', { name: '返回填写' }).click();
  await expect(page.getByRole('heading', { level: 1, name: '核对内容' })).toHaveCount(0);
}

test('inside another app nothing is printed, and a browser is named', async ({ open }) => {
  const li = await open('li');
  await li.prepareWith((context) => context.addInitScript(() => {
    const agent = `${navigator.userAgent} MicroMessenger/8.0.50`;
    Object.defineProperty(navigator, 'userAgent', { get: () => agent });
  }));
  const { page } = li;
  await signIn(page, 'limin', PASSWORD);
  await page.goto('/print/visit-record');
  await expect(papers(page)).toHaveCount(1);
  await expect(page.getByText('这里不能打印，请在浏览器打开本页')).toBeVisible();
  await expect(page.getByRole('button', { name: '打印' })).toHaveCount(0);
  await axeCheck(page);
});

test('a visit of an older version of its form takes the sealed page too', async ({ open, server }) => {
  await server.stop();
  const folder = await mkdtemp(join(tmpdir(), 'ruyuan-content-'));
  await cp(server.content, folder, { recursive: true });
  const path = join(folder, 'forms/quick_visit.json');
  const form = JSON.parse(await readFile(path, 'utf8'));
  const newest = JSON.stringify({ ...form, version: form.version + 2 });
  form.version += 1;
  form.groups[0].questions = form.groups[0].questions.filter(({ name }: { name: string }) => name !== 'authorisation_photos');
  await writeFile(path, JSON.stringify(form));
  server.content = folder;
  await server.start();
  const li = await open('li');
  const { page } = li;
  await signIn(page, 'limin', PASSWORD);
  await page.goto('/enterprises');
  await page.locator('.virtual .row').first().click();
  await page.getByRole('link', { name: '开始走访' }).click();
  const answer = (question: string, choice: string) =>
    page.locator('.question').filter({ hasText: question }).locator('.choice').filter({ hasText: choice }).click();
  await answer('有无融资需求', '有');
  await page.getByLabel('需求金额').fill('300');
  await answer('资金用途', '流动资金');
  await page.getByLabel('用款时间').fill('2027-03-01');
  await answer('遇到的问题', '暂无');
  await answer('下一步', '企业补充材料');
  await saved(page);
  await page.getByRole('button', { name: '提交走访' }).click();
  await expect(page.getByText(/已上传 \d/)).toBeVisible({ timeout: 30_000 });
  await expect(page.getByRole('button', { name: '补拍授权书' })).toHaveCount(0);
  const address = page.url();

  await server.stop();
  await writeFile(path, newest);
  await server.start();
  await page.goto('/uploads');
  await page.getByRole('button', { name: '立即上传' }).click();
  await page.goto(address);
  await expect(page.getByRole('button', { name: '补拍授权书' })).toBeVisible({ timeout: 30_000 });
  await page.getByRole('button', { name: '补拍授权书' }).click();
  const field = page.locator('#q-authorisation_photos');
  await expect(field).toBeFocused();
  await field.locator('input[capture]').setInputFiles({
    name: 'sealed.png', mimeType: 'image/png', buffer: await picture(page, 900, 1200),
  });
  await expect(images(page)).toHaveCount(1);
  await saved(page);
  await page.getByRole('button', { name: '保存修改' }).click();
  await expect(page.getByText(/已上传 \d/)).toBeVisible({ timeout: 30_000 });
  await expect(page.getByText('企业授权书（盖章页）')).toBeVisible();
  await expect(page.getByText('300 万元')).toBeVisible();
  await rm(folder, { recursive: true });
});
