// A firm's difficulty from the visit to its end: written down without a network, assigned, seen on 今日, worked on,
// taken through the weekly meeting, closed; with how many taps each of it takes.

import type { Page } from '@playwright/test';
import { axeCheck, DESKTOP, expect, readyForOffline, shoot, signIn, test } from './support/fixtures';
import { saved } from './support/form';

const PASSWORD = 'ruyuan-demo';
const WORDS = '专利评估要两万元，银行又只认指定机构';
const MORE = `${WORDS}\n企业去年授权发明专利 3 件，还没有质押过`;

/** The date so many days from now where the people of the story are. */
function day(from: number): string {
  return new Date(Date.now() + (from * 24 + 8) * 3_600_000).toISOString().slice(0, 10);
}

/** `12月1日`, as dates are shown. */
function said(date: string): string {
  const [year, month, of] = date.split('-').map(Number);
  const short = `${month}月${of}日`;
  return String(year) === day(0).slice(0, 4) ? short : `${year}年${short}`;
}

async function look(page: Page, name: string): Promise<void> {
  await axeCheck(page);
  await shoot(page, name);
}

async function uploaded(page: Page): Promise<void> {
  await page.goto('/uploads');
  await page.getByRole('button', { name: '立即上传' }).click();
  await expect(page.getByText('内容已全部上传')).toBeVisible({ timeout: 30_000 });
}

/** Takes the step whose way is called so, and says these things. */
async function step(page: Page, name: string, says: Record<string, string>): Promise<void> {
  await page.getByRole('link', { name }).click();
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
  for (const [label, text] of Object.entries(says)) await page.getByLabel(label).fill(text);
  await page.getByRole('button', { name }).click();
  await expect(page.getByRole('heading', { level: 2, name: '办理经过' })).toBeVisible();
}

test('a problem met offline is assigned, handled, gone through at the meeting and closed', async ({ open }) => {
  test.setTimeout(600_000);
  const [li, chen] = [await open('li'), await open('chen', DESKTOP)];
  const { page } = li;
  const desk = chen.page;
  await chen.context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await signIn(page, 'limin', PASSWORD);
  await page.goto('/enterprises');
  await expect(page.locator('.virtual .row').first()).toBeVisible();
  const firm = await page.locator('.virtual .row__title').first().innerText();
  await readyForOffline(page);
  await signIn(desk, 'chen', PASSWORD);
  await desk.goto('/issues');
  await expect(desk.getByText('还没有记录过问题')).toBeVisible();
  await look(desk, 'issues-empty');
  await desk.goto('/meetings');
  await expect(desk.getByText('还没有开过例会')).toBeVisible();
  await look(desk, 'meetings-empty');

  // At the firm, without a network: what the owner said becomes an issue in two taps.
  await li.cut();
  await page.locator('.virtual .row').first().click();
  await page.getByRole('link', { name: '开始走访' }).click();
  const choose = (question: string, choice: string) =>
    page.locator('.question').filter({ hasText: question }).locator('.choice').filter({ hasText: choice }).click();
  await choose('有无融资需求', '无');
  await choose('遇到的问题', '评估难');
  await choose('下一步', '再次走访');
  await page.getByLabel('补充说明').fill(MORE);
  await saved(page);
  await page.getByRole('button', { name: '提交走访' }).click();
  await expect(page.getByText('已保存在本机，联网后自动上传')).toBeVisible();
  await page.getByRole('link', { name: '转为问题' }).click();
  await expect(page.getByLabel('具体情况')).toHaveValue(MORE);
  await expect(page.getByLabel('问题', { exact: true })).toHaveValue(WORDS);
  await expect(page.getByLabel('类型')).toHaveValue('valuation');
  await expect(page.locator('.chosen__name')).toHaveText(firm);
  await look(page, 'issue-new-from-visit');
  await page.getByRole('button', { name: '保存问题' }).click();
  await expect(page.getByText('已保存在本机，联网后自动上传')).toBeVisible();
  await expect(page.getByText('待交办')).toBeVisible();
  await look(page, 'issue-waiting');
  const address = new URL(page.url()).pathname;
  // It survives a dead battery, and the firm's page knows of it.
  const cold = await li.restart();
  await cold.goto(address);
  await expect(cold.getByText('提出问题')).toBeVisible();
  await cold.getByRole('link', { name: firm }).click();
  await expect(cold.locator('.row').filter({ hasText: WORDS })).toContainText('待上传');
  await look(cold, 'enterprise-with-issue');
  await li.restore();
  await uploaded(cold);

  // The manager assigns it, with a date.
  await desk.goto('/issues');
  const row = desk.locator('.virtual .row').filter({ hasText: WORDS });
  await expect(row).toContainText(firm, { timeout: 30_000 });
  await row.click();
  await desk.getByRole('link', { name: '交办问题' }).click();
  // Nothing is assigned to nobody.
  await desk.getByRole('button', { name: '交办问题' }).click();
  await expect(desk.locator('.question__error').filter({ visible: true }).first()).toBeVisible();
  await look(desk, 'issue-assign');
  await desk.getByLabel('责任人').fill('李敏');
  await desk.getByLabel('责任单位').fill('柯城区市场监督管理局');
  await desk.getByLabel('办理期限').fill(day(3));
  await desk.getByLabel('交办要求').fill('联系评估机构，问清收费标准');
  await desk.getByRole('button', { name: '交办问题' }).click();
  await expect(desk.getByText(`责任人 李敏，柯城区市场监督管理局，${said(day(3))}前`)).toBeVisible();

  // Two more: one of no firm that is overdue, one that nobody has yet.
  for (const [title, kind] of [['园区没有质押登记窗口', '材料手续繁'], ['银行不接受外地评估报告', '评估难']] as const) {
    await desk.goto('/issues/new');
    await expect(desk.locator('.chosen__name')).toHaveText('不涉及企业');
    await desk.getByLabel('问题', { exact: true }).fill(title);
    await desk.getByLabel('类型').selectOption({ label: kind });
    if (kind === '评估难') {
      await desk.getByRole('button', { name: '选择企业' }).click();
      await look(desk, 'issue-firm');
      await desk.locator('.virtual .row').first().click();
      // What was typed is still there.
      await expect(desk.getByLabel('问题', { exact: true })).toHaveValue(title);
    }
    await look(desk, `issue-new-${kind === '评估难' ? 'firm' : 'no-firm'}`);
    await desk.getByRole('button', { name: '保存问题' }).click();
    await expect(desk.getByText('提出问题')).toBeVisible();
    if (kind === '材料手续繁') await step(desk, '交办问题', { 责任人: '王强', 办理期限: day(-2) });
  }
  await expect(desk.getByText('待交办')).toBeVisible();
  await uploaded(desk);

  // The officer sees it on 今日, and works on it where there is no network.
  await cold.goto('/');
  const today = cold.locator('section[aria-labelledby=today-issues]');
  await expect(today.locator('.row').first()).toContainText(`${said(day(3))}前`, { timeout: 30_000 });
  await expect(today.locator('.row').filter({ hasText: '园区没有质押登记窗口' })).toHaveCount(0);
  await look(cold, 'today-issues');
  await li.cut();
  await today.locator('.row').first().click();
  await step(cold, '开始办理', { 办理情况: '已约评估机构周四上门' });
  await step(cold, '反馈结果', { 反馈内容: '评估费降到八千元，企业接受' });
  await expect(cold.getByText('已反馈')).toBeVisible();
  await expect(cold.locator('.timeline__step')).toHaveCount(4);
  await look(cold, 'issue-answered-offline');
  await li.restore();
  await uploaded(cold);

  // The ledger: overdue first, by kind, by part, by word.
  await desk.goto('/issues');
  await expect(desk.locator('.virtual .row').first()).toContainText('逾期 2 天');
  await expect(desk.locator('.virtual .row')).toHaveCount(3);
  await expect(desk.locator('.virtual .row').filter({ hasText: WORDS })).toContainText('已反馈', { timeout: 30_000 });
  await look(desk, 'issues');
  await desk.getByText('按类型统计').click();
  await expect(desk.locator('.bar-row')).toHaveText(['评估难2', '材料手续繁1']);
  await look(desk, 'issues-kinds');
  await desk.locator('.bar-row').filter({ hasText: '材料手续繁' }).click();
  await expect(desk.locator('.virtual .row')).toHaveCount(1);
  for (const [part, count] of [['待交办', 0], ['已逾期', 1], ['我负责', 0], ['已销号', 0], ['未销号', 1]] as const) {
    await desk.getByRole('link', { name: part, exact: true }).click();
    await expect(desk.locator('.virtual .row')).toHaveCount(count);
  }
  await desk.goto('/issues?show=unassigned');
  await expect(desk.locator('.virtual .row__title')).toHaveText(['银行不接受外地评估报告']);
  await desk.getByRole('searchbox').fill('没有这个');
  await expect(desk.getByText('没有符合的问题')).toBeVisible();
  await desk.getByRole('searchbox').fill('');
  await desk.goto('/me');
  await expect(desk.locator('.row').filter({ hasText: '问题台账' })).toContainText('1 件逾期');

  // The meeting: what is overdue is on the agenda without a tap.
  await desk.getByRole('link', { name: '例会' }).click();
  await desk.getByRole('link', { name: '召开例会' }).last().click();
  await expect(desk.getByLabel('会议名称')).toHaveValue('知识产权金融工作例会');
  const ticked = (title: string) => desk.locator('.row--tick').filter({ hasText: title }).locator('input');
  await expect(ticked('园区没有质押登记窗口')).toBeChecked();
  await expect(ticked('银行不接受外地评估报告')).not.toBeChecked();
  await ticked(WORDS).check();
  await desk.getByLabel('地点').fill('管委会 302 会议室');
  await desk.getByLabel('参加人员').fill('陈主任、李敏、王强、柯城农商行');
  await look(desk, 'meeting-new');
  await desk.getByRole('button', { name: '保存例会' }).click();
  const items = desk.locator('.stop .row__title');
  await expect(items).toHaveText(['园区没有质押登记窗口', WORDS]);
  await desk.getByRole('link', { name: '添加议题' }).click();
  await desk.locator('.row--tick').filter({ hasText: '银行不接受外地评估报告' }).click();
  await look(desk, 'meeting-agenda');
  await desk.getByRole('button', { name: '加入议题（1 项）' }).click();
  await expect(items).toHaveCount(3);
  await desk.getByRole('button', { name: '上移银行不接受外地评估报告' }).click();
  await expect(items).toHaveText(['园区没有质押登记窗口', '银行不接受外地评估报告', WORDS]);
  await desk.getByRole('button', { name: '移出银行不接受外地评估报告' }).click();
  await expect(items).toHaveCount(2);
  await desk.getByRole('button', { name: '恢复这一项' }).click();
  await expect(items).toHaveText(['园区没有质押登记窗口', '银行不接受外地评估报告', WORDS]);
  await look(desk, 'meeting');
  await desk.locator('button').filter({ hasText: '复制议程' }).click();
  await expect(desk.getByText('已复制')).toBeVisible();
  const agenda = await desk.evaluate(() => navigator.clipboard.readText());
  expect(agenda).toContain('知识产权金融工作例会议程');
  expect(agenda).toContain('1. 园区没有质押登记窗口');
  expect(agenda).toContain('逾期 2 天');

  // A conclusion with a person and a date is a step of the issue; one may also be its end.
  const conclude = (title: string) => desk.locator('.stop').filter({ hasText: title }).getByRole('link', { name: '记录结论' });
  await conclude('园区没有质押登记窗口').click();
  await desk.getByLabel('会议结论').fill('下周先设代办点，登记窗口另行申请');
  await desk.locator('.choice').filter({ hasText: '交办' }).click();
  await desk.getByLabel('办理期限').fill(day(7));
  await look(desk, 'meeting-conclude');
  await desk.getByRole('button', { name: '保存结论' }).click();
  await expect(desk.getByText('下周先设代办点')).toBeVisible();
  await conclude(WORDS).click();
  await desk.locator('.choice').filter({ hasText: '销号' }).click();
  await desk.getByRole('button', { name: '保存结论' }).click();
  await expect(desk.getByText('请填写会议结论，销号以它为原因')).toBeVisible();
  await desk.getByLabel('会议结论').fill('企业已接受，销号');
  await desk.getByRole('button', { name: '保存结论' }).click();
  await expect(desk.locator('.stop').filter({ hasText: WORDS })).toContainText('已销号');
  await desk.getByRole('link', { name: '填写纪要' }).click();
  await desk.getByLabel('会议纪要').fill('会议由陈主任主持，通报了本周走访情况。');
  await desk.getByRole('button', { name: '保存例会' }).click();
  await look(desk, 'meeting-held');
  await desk.locator('button').filter({ hasText: '复制纪要' }).click();
  await expect(desk.getByText('已复制')).toBeVisible();
  const minutes = await desk.evaluate(() => navigator.clipboard.readText());
  expect(minutes).toContain('结论：下周先设代办点，登记窗口另行申请');
  expect(minutes).toContain(`责任人：王强，${said(day(7))}前`);
  expect(minutes).toContain('会议由陈主任主持');
  await desk.goto('/meetings');
  await expect(desk.locator('main .row')).toHaveText([/知识产权金融工作例会.*3 项议题/]);
  await look(desk, 'meetings');
  await uploaded(desk);

  // What the meeting decided is where the officers look.
  await cold.goto(address);
  await expect(cold.getByText('企业已接受，销号')).toBeVisible({ timeout: 30_000 });
  await expect(cold.getByRole('link', { name: '重新办理' })).toBeVisible();
  await look(cold, 'issue-closed');
  await cold.locator('.timeline__step').last().scrollIntoViewIfNeeded();
  await shoot(cold, 'issue-history');
  await cold.goto('/');
  await expect(cold.locator('section[aria-labelledby=today-issues]')).toHaveCount(0);
  await cold.goto('/issues?show=closed');
  await expect(cold.locator('.virtual .row__title')).toHaveText([WORDS]);
});

test('two take different steps offline: both stand in the history, and one status is chosen', async ({ open }) => {
  const [li, wang] = [await open('li'), await open('wang')];
  for (const [person, user] of [[li, 'limin'], [wang, 'wangqiang']] as const) {
    await signIn(person.page, user, PASSWORD);
    await readyForOffline(person.page);
  }
  const { page } = li;
  await page.goto('/issues/new');
  await page.getByLabel('问题', { exact: true }).fill('质押登记要跑三趟');
  await page.getByLabel('类型').selectOption({ label: '材料手续繁' });
  await page.getByRole('button', { name: '保存问题' }).click();
  await step(page, '交办问题', { 责任人: '王强', 办理期限: day(5) });
  const address = new URL(page.url()).pathname;
  await uploaded(page);
  await wang.page.goto(address);
  await expect(wang.page.getByText('已交办')).toBeVisible({ timeout: 30_000 });

  await Promise.all([li.cut(), wang.cut()]);
  await page.goto(address);
  await step(page, '直接销号', { 销号原因: '窗口已改为一次办结' });
  await step(wang.page, '开始办理', { 办理情况: '正在与窗口核对' });
  for (const person of [wang, li, wang]) {
    await person.restore();
    await uploaded(person.page);
  }
  await page.goto(address);
  await expect(page.locator('.timeline__step')).toHaveCount(4);
  const clash = page.getByRole('link', { name: /“状态”有两个不同的内容/ });
  await expect(clash).toBeVisible();
  await look(page, 'issue-conflict');
  await clash.click();
  await expect(page.getByText('您和王强都改了“状态”，请选择保留哪一个')).toBeVisible();
  await look(page, 'issue-conflict-choose');
  await page.locator('.side').filter({ hasText: '已销号' }).click();
  await expect(page.getByRole('heading', { level: 1, name: '问题' })).toBeVisible();
  await expect(page.getByRole('link', { name: '重新办理' })).toBeVisible();
  await uploaded(page);
  await wang.page.goto(address);
  await expect(wang.page.getByRole('link', { name: '重新办理' })).toBeVisible({ timeout: 30_000 });
});
