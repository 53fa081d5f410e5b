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

test('who leaves still sends what was written, sees nothing any more, and is told so', async ({ open, server }) => {
  const [li, wang] = [await open('li'), await open('wang')];
  const { page } = li;
  for (const [person, user] of [[li, 'limin'], [wang, 'wangqiang']] as const) {
    await signIn(person.page, user, PASSWORD);
    await person.page.goto('/enterprises');
    await expect(person.page.locator('.virtual .row').first()).toBeVisible();
  }
  const firm = await page.locator('.virtual .row__title').first().innerText();
  await readyForOffline(page);
  await li.cut();
  await page.goto('/');
  await startVisit(page, firm);
  await saved(page);
  await page.goto('/enterprises/new');
  await page.getByLabel('企业名称').fill('离开之前写下的企业');
  await page.getByRole('button', { name: '保存企业' }).click();
  await expect(page.getByRole('heading', { level: 1, name: '离开之前写下的企业' })).toBeVisible();
  await server.leave('limin');
  await li.restore();
  await page.goto('/');
  await expect(page.getByText('授权已结束，企业资料已从本机移除')).toBeVisible({ timeout: 30_000 });
  await axeCheck(page);
  await shoot(page, 'today-left');
  await page.goto('/enterprises');
  await expect(page.locator('.virtual .row')).toHaveCount(0);
  expect(await storedText(page)).not.toContain(firm);
  // The server has it, as something that was refused and kept: nobody else's list shows it.
  await wang.page.goto('/enterprises');
  await wang.page.getByRole('searchbox').fill('离开之前');
  await expect(wang.page.locator('.search__count')).toHaveText('0 家');
  const answer = await page.evaluate(async () => (await fetch('/api/session')).status);
  expect(answer).toBe(200);

  // Who manages the park goes on with it, and then the colleague has it too.
  const chen = await open('chen', DESKTOP);
  await signIn(chen.page, 'chen', PASSWORD);
  await chen.page.goto('/me');
  await chen.page.getByRole('link', { name: '待接手的工作' }).click();
  const left = chen.page.locator('.queue').filter({ hasText: '离开之前写下的企业' });
  await expect(left).toContainText('李敏填写');
  await expect(chen.page.locator('.queue')).toHaveCount(2);
  await axeCheck(chen.page);
  await shoot(chen.page, 'left-work');
  await left.getByRole('button', { name: '接手' }).click();
  await expect(chen.page.getByText('已接手，正在以您的名义上传')).toBeVisible();
  await expect(left).toHaveCount(0);
  await expect(wang.page.locator('.search__count')).toHaveText('1 家', { timeout: 30_000 });
  // The half-filled form goes on as the manager's own; then nothing is left.
  const form = chen.page.locator('.queue').filter({ hasText: '未提交的走访' });
  await expect(form).toContainText(firm);
  await form.getByRole('button', { name: '接手' }).click();
  await expect(chen.page.getByText('没有待接手的工作')).toBeVisible();
  await chen.page.goto('/');
  await expect(chen.page.locator('#today-drafts')).toBeVisible();
  await chen.page.goto('/left-work');
  await expect(chen.page.getByText('没有待接手的工作')).toBeVisible();
});
