// The story that every browser must be able to tell: a visit that is filled without a network, and a colleague who
// reads it. Between the two halves each browser's test does what only it can.

import { expect } from '@playwright/test';
import { storedText } from './app';
import { answersOn, fillEverything, fillPage, saved, startVisit } from './form';
import { type Device, type Screen, shows } from './screen';

export const FIRM = '衢州𠮷祥特种纸有限公司';
const WORDS = '断网时写下的这句话';

/** What was submitted. */
export interface Visit {
  /** Where its author reads it. */
  address: string;
  /** Questions and answers as its author reads them. */
  written: string[];
}

/** Cuts the network, starts cold, adds a firm, fills its visit through a second cold start, and submits it. */
export async function visitOffline(officer: Device): Promise<Visit> {
  // The network is gone, and the app starts cold.
  await officer.cut();
  let page = await officer.restart();
  await page.goto('/');
  await shows(page.getByRole('heading', { level: 1, name: '今日' }));
  await shows(page.getByText('当前离线，可继续使用').first());
  await page.getByRole('link', { name: '企业' }).click();
  await expect.poll(() => page.locator('.search__count').allInnerTexts()).toEqual(['120 家']);

  // A firm met at the gate, from its name alone.
  await page.getByRole('link', { name: '添加企业' }).click();
  await page.getByLabel('企业名称').fill(FIRM);
  await page.getByRole('button', { name: '保存企业' }).click();
  await shows(page.getByRole('heading', { level: 1, name: FIRM }));
  await page.getByRole('link', { name: '今日' }).click();

  // Fill the first page, then the phone dies.
  await startVisit(page, FIRM);
  const kinds = new Set<string>();
  await fillPage(page, kinds);
  await page.getByLabel('陪同人员').fill(WORDS);
  await saved(page);
  page = await officer.restart();
  await page.goto('/');
  await page.locator('.row').filter({ hasText: FIRM }).first().click();
  await expect.poll(() => page.getByLabel('陪同人员').inputValue()).toBe(WORDS);
  expect(await storedText(page)).toContain(WORDS);

  // Everything, to the end.
  await fillEverything(page, kinds);
  expect([...kinds].sort()).toEqual([
    'acknowledge', 'date', 'date_time', 'multiline', 'note', 'number', 'repeat', 'select_multiple',
    'select_one', 'select_one from a list', 'signature', 'text', 'text: 专利号', 'text: 统一社会信用代码',
    'text: 联系人手机',
  ]);
  const written = await answersOn(page);
  expect(written.length).toBeGreaterThan(60);
  await page.getByRole('button', { name: '提交走访' }).click();
  await shows(page.getByText('已保存在本机，联网后自动上传'));
  expect(await answersOn(page)).toEqual(written);
  const address = new URL(await page.url()).pathname;
  await page.reload();
  await shows(page.getByText('已保存在本机，联网后自动上传'));
  expect(await answersOn(page)).toEqual(written);
  return { address, written };
}

/** Asks for an upload and waits until the visit says that it is there. */
export async function uploads(page: Screen, visit: Visit): Promise<void> {
  await page.goto('/uploads');
  await page.getByRole('button', { name: '立即上传' }).click();
  await shows(page.getByText('内容已全部上传'));
  await page.goto(visit.address);
  await shows(page.getByText(/已上传 \d\d:\d\d/));
}

/** The colleague's list, open since before, shows the visit without a reload; it is what was written. */
export async function colleagueReads(page: Screen, visit: Visit): Promise<void> {
  const row = page.locator('.virtual .row').filter({ hasText: FIRM });
  await expect.poll(() => row.count(), { message: `to arrive: ${FIRM}`, timeout: 30_000 }).toBe(1);
  await row.click();
  await expect.poll(() => page.locator('dl.answers .answer').count()).toBe(visit.written.length);
  expect(await answersOn(page)).toEqual(visit.written);
}
