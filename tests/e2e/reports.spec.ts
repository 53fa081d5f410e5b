// What leaders ask for on Friday: chosen and downloaded at a desk or on a phone, refused plainly where it cannot be.

import { readFile } from 'node:fs/promises';
import { axeCheck, DESKTOP, expect, readyForOffline, shoot, signIn, test } from './support/fixtures';

const PASSWORD = 'ruyuan-demo';
const WECHAT = 'Mozilla/5.0 (Linux; Android 12) AppleWebKit/537.36 Chrome/116.0 Mobile Safari/537.36 MicroMessenger/8.0.42';

test('ledgers and the summary are downloaded, and offline the page says what works instead', async ({ open }) => {
  const chen = await open('chen', DESKTOP);
  const { page } = chen;
  await signIn(page, 'chen', PASSWORD);
  await readyForOffline(page);
  await page.goto('/me');
  await page.getByRole('link', { name: '报表' }).click();
  await expect(page.getByRole('heading', { name: '报表' })).toBeVisible();
  await axeCheck(page);
  await shoot(page, 'reports');

  await page.getByLabel('统计范围').selectOption({ label: '衢州高新技术产业开发区' });
  await page.getByRole('radio', { name: '自定' }).check();
  await page.getByLabel('开始日期').fill('2026-11-23');
  await page.getByLabel('结束日期').fill('2026-11-29');
  await axeCheck(page);
  await shoot(page, 'reports-own-days');
  for (const [button, name] of [
    ['下载走访台账', '走访台账_20261123-20261129.xlsx'],
    ['下载需求清单', '需求清单_20261123-20261129.xlsx'],
    ['下载问题清单', '问题清单_20261123-20261129.xlsx'],
    ['下载走访工作小结', '走访工作小结_20261123-20261129.docx'],
  ]) {
    const come = page.waitForEvent('download');
    await page.getByRole('button', { name: button }).click();
    const download = await come;
    expect(download.suggestedFilename()).toBe(name);
    const bytes = await readFile(await download.path());
    expect(bytes.subarray(0, 2).toString()).toBe('PK');
    await expect(page.getByText(`已下载 ${name}`)).toBeVisible();
  }

  // The server's own sentence, where the days are none.
  await page.getByLabel('结束日期').fill('2026-11-01');
  await page.getByRole('button', { name: '下载走访台账' }).click();
  await expect(page.getByText('结束日期早于开始日期，请重新选择')).toBeVisible();
  await axeCheck(page);
  await shoot(page, 'reports-refused');

  await chen.cut();
  await expect(page.getByText('当前离线，报表要联网生成；今日、本周小结不用网络')).toBeVisible({ timeout: 30_000 });
  await expect(page.getByRole('button', { name: '下载走访台账' })).toBeDisabled();
  await axeCheck(page);
  await shoot(page, 'reports-offline');
  await page.getByRole('link', { name: '打开小结' }).click();
  await expect(page.getByRole('heading', { name: '小结' })).toBeVisible();
  await expect(page.getByRole('link', { name: '下载台账和报表' })).toBeVisible();
});

test('inside WeChat the page gives its address instead of a file', async ({ open }) => {
  const li = await open('li');
  await li.prepareWith(async (context) => {
    await context.addInitScript((agent) => {
      Object.defineProperty(navigator, 'userAgent', { get: () => agent });
    }, WECHAT);
  });
  const { page } = li;
  await signIn(page, 'limin', PASSWORD);
  await page.goto('/reports');
  await expect(page.getByText('当前应用内不能下载，请在浏览器打开这个网址')).toBeVisible();
  await expect(page.getByText(`${li.origin}/reports`)).toBeVisible();
  await expect(page.locator('button', { hasText: '复制网址' })).toBeVisible();
  await expect(page.getByRole('button', { name: '下载走访台账' })).toHaveCount(0);
  await axeCheck(page);
  await shoot(page, 'reports-in-app');
});
