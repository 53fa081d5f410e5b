// Every screen in every look: no axe violation, and pictures to be judged by people.

import { axeCheck, expect, readyForOffline, shoot, signIn, test } from './support/fixtures';
import { fillPage, startVisit } from './support/form';

const PASSWORD = 'ruyuan-demo';

test('every screen passes axe in light, dark and large text', async ({ open }) => {
  test.setTimeout(600_000);
  const li = await open('li');
  const page = li.page;
  const look = async (name: string) => {
    await axeCheck(page);
    await shoot(page, name);
  };
  await page.goto('/');
  await expect(page.getByRole('button', { name: '登录' })).toBeVisible();
  await look('sign-in');
  await page.goto('/setup#token=none');
  await expect(page.getByRole('button', { name: '设置管理员' })).toBeVisible();
  await look('setup');
  await signIn(page, 'limin', PASSWORD);
  await expect(page.getByText('还没有走访记录，从第一家企业开始')).toBeVisible();
  await readyForOffline(page);
  await look('today-empty');

  await page.getByRole('link', { name: '走访', exact: true }).click();
  await expect(page.getByText('还没有走访记录')).toBeVisible();
  await look('visits-empty');
  await page.getByRole('link', { name: '企业', exact: true }).click();
  await expect(page.locator('.virtual .row').first()).toBeVisible();
  await look('enterprises');
  // Only what is seen is drawn, and the end is as far as the number says.
  expect(await page.locator('.virtual__row').count()).toBeLessThan(40);
  await page.getByRole('searchbox').fill('没有这家');
  await expect(page.getByText('没有符合的企业，可从名称直接添加')).toBeVisible();
  await look('enterprises-none');
  await page.getByRole('searchbox').fill('');
  const firm = await page.locator('.virtual .row__title').first().innerText();
  await page.locator('.virtual .row').first().click();
  await expect(page.getByRole('heading', { level: 2, name: '企业档案' })).toBeVisible();
  await look('enterprise');
  await page.getByRole('link', { name: '修改企业' }).click();
  await page.getByLabel('联系电话').fill('123');
  await page.getByLabel('联系电话').blur();
  await look('enterprise-edit');
  await page.goto('/enterprises/new');
  await expect(page.getByLabel('企业名称')).toBeVisible();
  await look('enterprise-new');
  await page.goto('/visits/new');
  await expect(page.locator('.virtual .row').first()).toBeVisible();
  await look('visit-new');

  await page.goto('/');
  await startVisit(page, firm);
  const last = async () => (await page.getByRole('button', { name: '核对内容' }).count()) > 0;
  for (let at = 1; at < 40; at += 1) {
    await fillPage(page, new Set());
    await look(`fill-${String(at).padStart(2, '0')}`);
    if (await last()) break;
    const title = await page.getByRole('heading', { level: 1 }).innerText();
    await page.getByRole('button', { name: '下一步' }).click();
    await expect(page.getByRole('heading', { level: 1 })).not.toHaveText(title);
  }
  await page.getByRole('button', { name: '目录' }).click();
  await look('fill-contents');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: '删除草稿' }).click();
  await look('fill-delete');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: '核对内容' }).click();
  await look('review');
  await li.cut();
  await page.getByRole('button', { name: '提交走访' }).click();
  await expect(page.getByText('已保存在本机，联网后自动上传')).toBeVisible();
  await look('visit-waiting');
  await page.goto('/uploads');
  await look('uploads');
  await page.goto('/');
  await look('today');
  await page.goto('/visits');
  await look('visits');
  await page.goto('/me');
  await look('me');
  await page.goto('/nowhere');
  await look('not-found');
  await li.restore();
  const chen = await open('chen');
  await signIn(chen.page, 'chen', PASSWORD);
  await chen.page.goto('/recovered');
  await expect(chen.page.getByText('没有找回的内容')).toBeVisible();
  await axeCheck(chen.page);
  await shoot(chen.page, 'recovered-none');
});
