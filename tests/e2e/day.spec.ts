// A day of two firms without a network, from the plan to the summary: how many taps and answers it takes.

import type { Page } from '@playwright/test';
import { axeCheck, expect, readyForOffline, shoot, signIn, test } from './support/fixtures';
import { saved } from './support/form';

const PASSWORD = 'ruyuan-demo';

/** Counts what a person does. */
class Hand {
  taps = 0;
  answers = 0;

  constructor(private readonly page: Page) {}

  async tap(what: ReturnType<Page['locator']>): Promise<void> {
    this.taps += 1;
    await what.click();
  }

  button(name: string | RegExp): Promise<void> {
    return this.tap(this.page.getByRole('button', { name }));
  }

  link(name: string): Promise<void> {
    return this.tap(this.page.getByRole('link', { name }));
  }

  /** Answers a required question by a tap on a choice. */
  async choose(question: string, choice: string): Promise<void> {
    this.answers += 1;
    const frame = this.page.locator('.question').filter({ hasText: question });
    await this.tap(frame.locator('.choice').filter({ hasText: choice }));
  }

  /** Answers a required question by typing. */
  async type(label: string, text: string): Promise<void> {
    this.answers += 1;
    this.taps += 1;
    await this.page.getByLabel(label).fill(text);
  }
}

test('a visit is submitted before it is complete, completed later, and corrected by two', async ({ open }) => {
  const [li, wang] = [await open('li'), await open('wang')];
  const { page } = li;
  for (const [person, user] of [[li, 'limin'], [wang, 'wangqiang']] as const) {
    await signIn(person.page, user, PASSWORD);
    await person.page.goto('/enterprises');
    await expect(person.page.locator('.virtual .row').first()).toBeVisible();
    await readyForOffline(person.page);
  }
  const firm = await page.locator('.virtual .row__title').first().innerText();
  await li.cut();
  await page.locator('.virtual .row').first().click();
  await page.getByRole('link', { name: '开始走访' }).click();
  const hand = new Hand(page);
  await hand.choose('有无融资需求', '有');
  await hand.type('需求金额', '300');
  await saved(page);
  await page.getByRole('button', { name: '先提交，后补充' }).scrollIntoViewIfNeeded();
  await shoot(page, 'quick-record-later');
  await page.getByRole('button', { name: '先提交，后补充' }).click();
  await expect(page.getByText('已先提交，内容待补充')).toBeVisible();
  await axeCheck(page);
  await shoot(page, 'visit-supplement-due');

  // A task of today, done once the rest is there.
  await page.goto('/');
  await axeCheck(page);
  await shoot(page, 'today-supplement-due');
  await page.locator('section[aria-labelledby=today-due] .row').filter({ hasText: firm }).click();
  await page.getByRole('button', { name: '去补充' }).click();
  await expect(page.getByLabel('需求金额')).toHaveValue('300');
  await page.getByRole('button', { name: '保存修改' }).click();
  await expect(page.locator('.question__error').filter({ visible: true }).first()).toBeVisible();
  await shoot(page, 'visit-supplementing');
  await hand.choose('资金用途', '研发');
  await hand.type('用款时间', '2026-12-20');
  await hand.choose('遇到的问题', '担保不足');
  await hand.choose('下一步', '推荐产品、对接银行');
  await saved(page);
  await page.getByRole('button', { name: '保存修改' }).click();
  await expect(page.getByText('已保存在本机，联网后自动上传')).toBeVisible();
  await expect(page.getByText('已先提交，内容待补充')).toHaveCount(0);
  const address = new URL(page.url()).pathname;
  await page.goto('/');
  await expect(page.locator('section[aria-labelledby=today-due]')).toHaveCount(0);
  await li.restore();
  await page.goto('/uploads');
  await expect(page.getByText('内容已全部上传')).toBeVisible({ timeout: 30_000 });

  // Both correct it without a network: one takes the need back, the other adds to it.
  await wang.page.goto(address);
  await expect(wang.page.getByText('推荐产品、对接银行')).toBeVisible({ timeout: 30_000 });
  await Promise.all([li.cut(), wang.cut()]);
  const correct = async (at: Page, what: () => Promise<void>) => {
    await at.goto(address);
    await at.getByRole('button', { name: '修改走访' }).click();
    await expect(at.getByLabel('需求金额')).toHaveValue('300');
    await what();
    await at.getByRole('button', { name: '保存修改' }).click();
    await expect(at.getByText('已保存在本机，联网后自动上传')).toBeVisible();
  };
  await correct(page, async () => {
    await new Hand(page).choose('有无融资需求', '无');
    await saved(page);
  });
  await correct(wang.page, async () => {
    await wang.page.getByRole('button', { name: '完整表单' }).click();
    await new Hand(wang.page).choose('走访方式', '实地');
    await wang.page.getByRole('button', { name: '目录' }).click();
    await wang.page.getByRole('dialog').getByRole('button', { name: '融资需求' }).last().click();
    await wang.page.getByLabel('意向银行').fill('柯城农商行');
    await saved(wang.page);
    await wang.page.getByRole('button', { name: '目录' }).click();
    await wang.page.getByRole('dialog').locator('li button').last().click();
    await wang.page.getByRole('button', { name: '核对内容' }).click();
  });
  // The list still says who visited: a correction is no visit.
  await wang.page.goto('/summary');
  await expect(wang.page.locator('.summary')).toContainText('走访企业 0 次');
  for (const person of [li, wang, li]) {
    await person.restore();
    await person.page.goto('/uploads');
    await person.page.getByRole('button', { name: '立即上传' }).click();
    await expect(person.page.getByText('内容已全部上传')).toBeVisible({ timeout: 30_000 });
  }
  await page.goto(address);
  const flawed = page.getByText('两人的修改合并后有内容不一致，请核对');
  await expect(flawed).toBeVisible({ timeout: 30_000 });
  await expect(page.getByText('意向银行：填了“柯城农商行”，但按其他答案不再询问')).toBeVisible();
  await axeCheck(page);
  await shoot(page, 'visit-flawed');
  await page.goto('/conflicts');
  await expect(page.getByText('合并后需核对的走访')).toBeVisible();
  await axeCheck(page);
  await shoot(page, 'conflicts-flawed');
});

test('a day of two firms, offline from plan to summary', async ({ open }) => {
  const li = await open('li');
  const { page } = li;
  await signIn(page, 'limin', PASSWORD);
  await page.goto('/enterprises');
  await expect(page.locator('.virtual .row').first()).toBeVisible();
  const names = (await page.locator('.virtual .row__title').allInnerTexts()).slice(0, 2);
  await readyForOffline(page);
  await page.goto('/');
  await li.cut();

  // The plan: two firms, in the order of the route.
  const plan = new Hand(page);
  await plan.link('安排走访');
  await expect(page.getByText('这一天还没有安排走访')).toBeVisible();
  await axeCheck(page);
  await shoot(page, 'plan-empty');
  await plan.link('添加企业');
  for (const name of names) await plan.tap(page.locator('.row--tick').filter({ hasText: name }));
  await axeCheck(page);
  await shoot(page, 'plan-choose');
  await plan.button('加入计划（2 家）');
  const stops = page.locator('.stop .row__title');
  await expect(stops).toHaveText(names);
  await axeCheck(page);
  await shoot(page, 'plan');

  // By finger, then by keyboard, and back.
  const handles = page.locator('.stop__handle');
  const from = await handles.nth(1).boundingBox();
  const to = await handles.nth(0).boundingBox();
  if (!from || !to) throw new Error('the handles are not on the page');
  await page.mouse.move(from.x + 10, from.y + 10);
  await page.mouse.down();
  await page.mouse.move(to.x + 10, to.y - 10, { steps: 8 });
  await page.mouse.up();
  await expect(stops).toHaveText([names[1], names[0]]);
  await handles.nth(0).focus();
  await page.keyboard.press('ArrowDown');
  await expect(stops).toHaveText(names);
  // The handle keeps the focus, so that one goes on pressing.
  await expect(handles.nth(1)).toBeFocused();
  await page.keyboard.press('ArrowUp');
  await expect(stops).toHaveText([names[1], names[0]]);
  await expect(handles.nth(0)).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(stops).toHaveText(names);

  // Taken out, and put back where it was.
  await page.locator('.stop').first().getByRole('button', { name: '移出' }).click();
  await expect(stops).toHaveText([names[1]]);
  await page.getByRole('button', { name: '恢复这一项' }).click();
  await expect(stops).toHaveText(names);
  await page.reload();
  await expect(stops).toHaveText(names);

  // The first firm has a need, the second has none and comes without another page.
  await page.goto('/');
  const visits = new Hand(page);
  await visits.tap(page.locator('.row').filter({ hasText: names[0] }));
  await expect(page.getByRole('heading', { level: 1, name: names[0] })).toBeVisible();
  await expect(page.getByText('服务走访，不是行政检查')).toBeVisible();
  await axeCheck(page);
  await shoot(page, 'quick-record');
  // Nothing is sent half-filled: the first missing answer is shown.
  await page.getByRole('button', { name: '提交并去下一家' }).click();
  await expect(page.locator('.question__error').first()).toBeVisible();
  await shoot(page, 'quick-record-missing');
  await visits.choose('有无融资需求', '有');
  await visits.type('需求金额', '300');
  await visits.choose('资金用途', '研发');
  await visits.type('用款时间', '2026-12-20');
  await visits.choose('遇到的问题', '担保不足');
  await visits.choose('下一步', '推荐产品、对接银行');
  await saved(page);
  expect(visits.answers).toBe(6);
  await visits.button('提交并去下一家');
  await expect(page.getByRole('heading', { level: 1, name: names[1] })).toBeVisible();
  await visits.choose('有无融资需求', '无');
  await visits.choose('遇到的问题', '暂无');
  await visits.choose('下一步', '发送政策材料');
  await visits.button('提交走访');
  await expect(page.getByText('已保存在本机，联网后自动上传')).toBeVisible();

  // What was recorded is what the day says.
  await page.goto('/');
  await expect(page.locator('.row__value').filter({ hasText: '已走访' })).toHaveCount(2);
  await shoot(page, 'today-plan');
  const summary = new Hand(page);
  await summary.link('小结');
  const text = page.locator('.summary');
  await expect(text).toContainText('走访企业 2 次');
  await expect(text).toContainText('有融资需求 1 家，需求金额合计 300 万元');
  await expect(text).toContainText('遇到的问题：担保不足 1');
  await expect(text).toContainText(`1. ${names[0]}：需求 300 万元，下一步推荐产品、对接银行`);
  await expect(text).toContainText(`2. ${names[1]}：下一步发送政策材料`);
  await axeCheck(page);
  await shoot(page, 'summary');
  await page.getByRole('link', { name: '本周小结' }).click();
  await expect(text).toContainText('走访企业 2 次');
  console.log(`a day of two firms: plan ${plan.taps} taps; visits ${visits.taps} taps for ${visits.answers} required `
    + `answers; summary ${summary.taps} tap`);

  // Before the next visit: what was promised and what they need, still without a network.
  await page.goto('/plan');
  await page.locator('.stop').first().getByRole('link', { name: '准备' }).click();
  await expect(page.getByRole('heading', { level: 1, name: names[0] })).toBeVisible();
  const part = (title: string) => page.locator('section.group').filter({ hasText: title });
  await expect(part('答应过的事')).toContainText('推荐产品、对接银行');
  await expect(part('未办结的需求')).toContainText('300 万元');
  await expect(part('上次走访')).toContainText('担保不足');
  await expect(part('本机资料')).toContainText('已下载');
  await axeCheck(page);
  await shoot(page, 'prepare');
  // At the door: who has come, and nothing of any firm.
  await page.getByRole('link', { name: '出示工作证' }).click();
  await expect(page.getByText('服务走访，不是行政检查')).toBeVisible();
  await expect(page.locator('main')).toContainText('李敏');
  for (const name of names) await expect(page.locator('main')).not.toContainText(name);
  await axeCheck(page);
  await shoot(page, 'identity');
  await page.getByRole('link', { name: '返回' }).last().click();
  await expect(page.getByRole('heading', { level: 1, name: names[0] })).toBeVisible();

  // Nobody bothers them again without knowing: the colleague is told before it is planned.
  await li.restore();
  await page.goto('/uploads');
  await expect(page.getByText('内容已全部上传')).toBeVisible({ timeout: 30_000 });
  const wang = await open('wang');
  await signIn(wang.page, 'wangqiang', PASSWORD);
  await wang.page.goto('/plan/choose');
  const row = wang.page.locator('.row--tick').filter({ hasText: names[0] });
  await expect(row).toContainText('当天李敏已走访', { timeout: 30_000 });
  await shoot(wang.page, 'plan-lately');
});

test('a quick record becomes the full form with every answer', async ({ open }) => {
  const li = await open('li');
  const { page } = li;
  await signIn(page, 'limin', PASSWORD);
  await page.goto('/enterprises');
  await page.locator('.virtual .row').first().click();
  await page.getByRole('link', { name: '开始走访' }).click();
  await page.getByLabel('需求金额').waitFor({ state: 'detached' });
  await page.locator('.question').filter({ hasText: '有无融资需求' }).locator('.choice').filter({ hasText: '有' }).click();
  await page.getByLabel('需求金额').fill('120.5');
  await page.getByLabel('补充说明').fill('先记在快速记录里');
  await saved(page);
  await page.getByRole('button', { name: '完整表单' }).click();
  await expect(page.getByRole('heading', { level: 1, name: /^1\/\d+ 走访信息/ })).toBeVisible();
  await page.reload();
  await page.getByRole('button', { name: '目录' }).click();
  await page.getByRole('dialog').getByRole('button', { name: '融资需求' }).first().click();
  await expect(page.getByLabel('需求金额')).toHaveValue('120.5');
  await page.getByRole('button', { name: '目录' }).click();
  await page.getByRole('dialog').getByRole('button', { name: '问题与诉求' }).first().click();
  await expect(page.getByLabel('存在问题')).toHaveValue('先记在快速记录里');
});
