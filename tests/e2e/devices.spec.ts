// An administrator sees which phone needs help, and has a lost one wiped.

import { axeCheck, DESKTOP, expect, readyForOffline, shoot, signIn, storedText, test } from './support/fixtures';
import { startVisit, saved } from './support/form';

const PASSWORD = 'ruyuan-demo';
const SECRET = '厂长私下说明年要搬走';

test('a lost phone is wiped at its next contact, and only by an administrator', async ({ open }) => {
  const [li, admin] = [await open('li'), await open('admin', DESKTOP)];
  await signIn(li.page, 'limin', PASSWORD);
  await li.page.goto('/enterprises');
  const firm = await li.page.locator('.virtual .row__title').first().innerText();
  await readyForOffline(li.page);
  // Half a form, so that something is on it.
  await li.page.goto('/');
  await startVisit(li.page, firm);
  await li.page.getByRole('button', { name: '目录' }).click();
  await li.page.getByRole('dialog').getByRole('button', { name: '问题与诉求' }).click();
  await li.page.getByLabel('存在问题').fill(SECRET);
  await saved(li.page);
  expect(await storedText(li.page)).toContain(SECRET);
  // An officer has no business with devices, whatever address they type.
  await li.page.goto('/me');
  await expect(li.page.getByRole('link', { name: '设备' })).toHaveCount(0);
  await li.page.goto('/devices');
  await expect(li.page.getByText('只有管理员可以查看设备')).toBeVisible();
  await li.cut();
  const lost = await li.restart();
  await lost.goto('/');
  await expect(lost.locator('.row').filter({ hasText: firm }).first()).toBeVisible();

  await signIn(admin.page, 'admin', PASSWORD);
  await admin.page.goto('/me');
  await admin.page.getByRole('link', { name: '设备' }).click();
  await axeCheck(admin.page);
  await shoot(admin.page, 'devices');
  await admin.page.locator('.row').filter({ hasText: '李敏' }).first().click();
  await expect(admin.page.getByRole('heading', { name: '设备遗失' })).toBeVisible();
  await expect(admin.page.getByText('Linux Chrome')).toBeVisible();
  // Not without a reason.
  await admin.page.getByRole('button', { name: '清除设备内容' }).click();
  await expect(admin.page.getByText('请填写清除原因')).toBeVisible();
  await admin.page.getByLabel('清除原因').fill('昨天在园区遗失');
  await admin.page.getByRole('button', { name: '清除设备内容' }).click();
  await expect(admin.page.getByRole('dialog')).toContainText('可能丢失，无法恢复');
  await admin.page.getByRole('dialog').getByRole('button', { name: '清除设备内容' }).click();
  await expect(admin.page.getByText('设备下次连接时执行。原因：昨天在园区遗失')).toBeVisible();
  await axeCheck(admin.page);
  await admin.page.evaluate(() => scrollTo(0, 0));
  await shoot(admin.page, 'device-ordered');
  // Found again, and lost again.
  await admin.page.getByRole('button', { name: '撤回清除' }).click();
  await expect(admin.page.getByRole('button', { name: '清除设备内容' })).toBeVisible();
  await admin.page.getByLabel('清除原因').fill('确认遗失');
  await admin.page.getByRole('button', { name: '清除设备内容' }).click();
  await admin.page.getByRole('dialog').getByRole('button', { name: '清除设备内容' }).click();
  await expect(admin.page.getByText('原因：确认遗失')).toBeVisible();

  // Whoever has the phone finds nothing on it as soon as it meets the network.
  await li.restore();
  await expect(lost.getByText('管理员已清除这台设备上的内容。请重新登录')).toBeVisible({ timeout: 60_000 });
  await axeCheck(lost);
  await shoot(lost, 'wiped');
  const left = await storedText(lost);
  expect(left).not.toContain(SECRET);
  expect(left).not.toContain(firm);
  await admin.page.reload();
  await expect(admin.page.getByText(/已于 .* 清除。原因：确认遗失/)).toBeVisible();
  // It was found after all: its owner begins anew.
  await signIn(lost, 'limin', PASSWORD);
  await lost.goto('/enterprises');
  await expect(lost.locator('.virtual .row').first()).toBeVisible({ timeout: 30_000 });
  await lost.goto('/visits');
  await expect(lost.getByText(SECRET)).toHaveCount(0);
});
