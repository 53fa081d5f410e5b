// One visit, from an offline phone to the server to a second phone; and nothing of it on a third.

import { axeCheck, expect, readyForOffline, shoot, signIn, storedText, test } from './support/fixtures';
import { colleagueReads, FIRM, uploads, visitOffline } from './support/story';

const PASSWORD = 'ruyuan-demo';

test('a visit filled offline reaches a colleague, and no other park', async ({ open }) => {
  const [li, wang, zhao] = [await open('li'), await open('wang'), await open('zhao')];
  await signIn(li.page, 'limin', PASSWORD);
  await signIn(wang.page, 'wangqiang', PASSWORD);
  await signIn(zhao.page, 'zhaolei', PASSWORD);
  for (const person of [li, wang, zhao]) {
    await person.page.goto('/enterprises');
    await expect(person.page.locator('.virtual .row').first()).toBeVisible();
  }
  await readyForOffline(li.page);

  const visit = await visitOffline(li);
  const page = li.page;

  // Nobody has it yet: the colleague waits on the list of visits, without touching it again.
  await wang.page.goto('/visits');
  await expect(wang.page.getByText('还没有走访记录')).toBeVisible();

  // The network returns, but no answer does: "sent" is not said.
  await page.route('**/api/sync/push', (route) => route.abort());
  await li.restore();
  await page.waitForRequest('**/api/sync/push');
  await expect(page.getByText('已保存在本机，联网后自动上传')).toBeVisible();
  await expect(page.getByText(/已上传/)).toHaveCount(0);
  await page.unroute('**/api/sync/push');
  await uploads(page, visit);

  // The colleague's screen shows it without a reload.
  await colleagueReads(wang.page, visit);
  await axeCheck(wang.page);

  // Before the next visit the colleague knows what came of this one, and what runs out.
  await wang.page.goto('/enterprises');
  await wang.page.getByRole('searchbox').fill(FIRM);
  await wang.page.locator('.virtual .row').filter({ hasText: FIRM }).click();
  await wang.page.getByRole('link', { name: '走访准备' }).click();
  const rights = wang.page.locator('section.group').filter({ hasText: '权利与年费' });
  await expect(rights).toContainText('（已到期）');
  await expect(wang.page.getByText('当天李敏已走访')).toBeVisible();
  await axeCheck(wang.page);
  await shoot(wang.page, 'prepare-rights');

  // An officer of another park never receives it.
  await zhao.page.goto('/uploads');
  await zhao.page.getByRole('button', { name: '立即上传' }).click();
  await expect(zhao.page.getByText(/最近一次/)).toBeVisible();
  const elsewhere = await storedText(zhao.page);
  expect(elsewhere).toContain('衢州经济技术开发区');
  expect(elsewhere).not.toContain(FIRM);
  expect(await storedText(wang.page)).toContain(FIRM);
});

test('two who edit one field offline lose nothing and both see it', async ({ open }) => {
  const [li, wang] = [await open('li'), await open('wang')];
  await signIn(li.page, 'limin', PASSWORD);
  await signIn(wang.page, 'wangqiang', PASSWORD);
  let firm = '';
  for (const person of [li, wang]) {
    await person.page.goto('/enterprises');
    const first = person.page.locator('.virtual .row').first();
    await expect(first).toBeVisible();
    firm = await first.locator('.row__title').innerText();
    await first.click();
    await readyForOffline(person.page);
    await person.cut();
  }
  const mobiles = { li: '13857000011', wang: '13857000022' };
  for (const [person, mobile] of [[li, mobiles.li], [wang, mobiles.wang]] as const) {
    await person.page.getByRole('link', { name: '修改企业' }).click();
    await person.page.getByLabel('联系电话').fill(mobile);
    await person.page.getByLabel('注册地址').fill(`${mobile.slice(-2)} 号`);
    await person.page.getByRole('button', { name: '保存企业' }).click();
    await expect(person.page.getByText(mobile)).toBeVisible();
  }
  await li.restore();
  await li.page.goto('/uploads');
  await expect(li.page.getByText('内容已全部上传')).toBeVisible({ timeout: 30_000 });
  await wang.restore();

  for (const person of [wang, li]) {
    await person.page.goto('/');
    const conflict = person.page.locator('.row').filter({ hasText: '联系电话' });
    await expect(conflict).toContainText(firm, { timeout: 30_000 });
    await conflict.click();
    await expect(person.page.locator('.side__value')).toHaveText([mobiles.li, mobiles.wang]);
    // Who, and when by their own clock.
    await expect(person.page.locator('.side__who')).toContainText([/ · .*\d{1,2}:\d{2}/, / · .*\d{1,2}:\d{2}/]);
  }
  await expect(li.page.getByText('您和王强都改了“联系电话”，请选择保留哪一个')).toBeVisible();
  await axeCheck(li.page);

  // Whoever looks after the park finds it among all that wait there.
  const chen = await open('chen');
  await signIn(chen.page, 'chen', PASSWORD);
  await chen.page.goto('/me');
  await chen.page.getByRole('link', { name: /两人修改不一致/ }).click();
  await expect(chen.page.locator('.group .row')).toContainText([firm]);
  await axeCheck(chen.page);
  await shoot(chen.page, 'conflicts');

  // One chooses the other's; both end with it.
  await li.page.locator('.side').filter({ hasText: mobiles.wang }).click();
  await expect(li.page.getByText(mobiles.wang)).toBeVisible();
  await expect(wang.page.getByText('已选择，不需要再处理')).toBeVisible({ timeout: 30_000 });
  await wang.page.goto('/enterprises');
  await wang.page.getByRole('searchbox').fill(firm);
  await wang.page.locator('.virtual .row').first().click();
  await expect(wang.page.getByText(mobiles.wang)).toBeVisible();
  await expect(wang.page.getByText(mobiles.li)).toHaveCount(0);

  // Of the address neither is right: a third one is written, as in the form and by its rules.
  await wang.page.goto('/');
  await wang.page.locator('.row').filter({ hasText: '注册地址' }).click();
  await wang.page.getByRole('button', { name: '都不对，重新填写' }).click();
  const third = wang.page.getByLabel('注册地址');
  await expect(third).toHaveValue('11 号');
  await third.fill('长'.repeat(201));
  await wang.page.getByRole('button', { name: '保存这个内容' }).click();
  await expect(third).toBeFocused();
  await axeCheck(wang.page);
  await shoot(wang.page, 'conflict-third');
  await third.fill('33 号');
  await wang.page.getByRole('button', { name: '保存这个内容' }).click();
  await expect(wang.page.getByText('33 号')).toBeVisible();
  await li.page.goto('/enterprises');
  await li.page.getByRole('searchbox').fill(firm);
  await li.page.locator('.virtual .row').first().click();
  await expect(li.page.getByText('33 号')).toBeVisible({ timeout: 30_000 });
  await li.page.goto('/conflicts');
  await expect(li.page.getByText('没有不一致的内容')).toBeVisible();
});

test('a second tab follows the first', async ({ open }) => {
  const li = await open('li');
  await signIn(li.page, 'limin', PASSWORD);
  await li.page.goto('/enterprises');
  await expect(li.page.locator('.virtual .row').first()).toBeVisible();
  const other = await li.context.newPage();
  await other.goto(`${li.origin}/enterprises`);
  await expect(other.locator('.search__count')).toHaveText('120 家');
  await li.cut();
  await li.page.getByRole('link', { name: '添加企业' }).click();
  await li.page.getByLabel('企业名称').fill(FIRM);
  await li.page.getByRole('button', { name: '保存企业' }).click();
  await expect(other.locator('.search__count')).toHaveText('121 家');
  // And both may write.
  await other.getByRole('link', { name: '添加企业' }).click();
  await other.getByLabel('企业名称').fill('第二个标签页的企业');
  await other.getByRole('button', { name: '保存企业' }).click();
  await li.restore();
  await li.page.goto('/uploads');
  await expect(li.page.getByText('内容已全部上传')).toBeVisible({ timeout: 30_000 });
  await other.goto(`${li.origin}/uploads`);
  await expect(other.getByText('内容已全部上传')).toBeVisible();
});

test('a search waits for the word that an input method is making', async ({ open }) => {
  const li = await open('li');
  await signIn(li.page, 'limin', PASSWORD);
  await li.page.goto('/enterprises');
  const count = li.page.locator('.search__count');
  await expect(count).toHaveText('120 家');
  const firm = await li.page.locator('.virtual .row__title').first().innerText();
  await li.page.getByRole('searchbox').focus();
  const keyboard = await li.context.newCDPSession(li.page);
  await keyboard.send('Input.imeSetComposition', { text: 'wan', selectionStart: 3, selectionEnd: 3 });
  await expect(li.page.getByRole('searchbox')).toHaveValue('wan');
  // Long enough for a search that should not be.
  await li.page.waitForTimeout(300);
  await expect(count).toHaveText('120 家');
  await keyboard.send('Input.insertText', { text: firm.slice(0, 4) });
  await expect(li.page.getByRole('searchbox')).toHaveValue(firm.slice(0, 4));
  await expect(count).not.toHaveText('120 家');
  await expect(li.page.locator('.virtual .row__title').first()).toHaveText(firm);
});
