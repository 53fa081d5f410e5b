// The firm list from a table: looked over and put right at a desk, on the phones of the park, and taken back.

import type { Page } from '@playwright/test';
import { axeCheck, DESKTOP, expect, readyForOffline, shoot, signIn, test } from './support/fixtures';
import { saved } from './support/form';

const PASSWORD = 'ruyuan-demo';
const FIRMS = 5_000;
/** The demo's firms of the park. */
const BEFORE = 120;

/** As an office keeps it: columns of its own names, numbers in every way, the odd mistake, or that put right. */
function table(corrected: boolean): Buffer {
  const rows = Array.from({ length: FIRMS - 2 }, (_, at) => {
    const capital = ['500', '1200万元', '', '"5,000,000元"'][at % 4];
    const day = ['2019年3月5日', '20190305', '2019/3/5', '/'][at % 4];
    return `${at + 1},导入 第${at + 1}号材料有限公司,${capital},${day},+86 138${String(at).padStart(8, '0')},${at % 2 ? '李敏' : 'wangqiang'},一网格`;
  });
  const odd = corrected
    ? ['4999,导入第4999号材料有限公司,,2019-2-28,13900000001,李敏,二网格', '5000,导入第5000号材料有限公司,,,,,二网格']
    : ['4999,导入第4999号材料有限公司,,2019-2-30,0570-3012345,李明,二网格', '5000,导入第7号材料有限公司,,,,,二网格'];
  return Buffer.from(['序号,客户,注册资本（万元）,成立日期,联系电话,包联人,网格', ...rows, ...odd, '合计,,99999'].join('\n'));
}

/** The shortest visit there is, to the firm whose form is open. */
async function quickVisit(page: Page): Promise<void> {
  const asked = page.locator('.question').filter({ hasText: '有无融资需求' });
  await asked.locator('.choice').filter({ hasText: '无' }).click();
  await saved(page);
  await page.getByRole('button', { name: '先提交，后补充' }).click();
  await expect(page.getByText('已先提交，内容待补充')).toBeVisible();
}

test('five thousand firms are imported, corrected and assigned at a desk, are on two phones, and go without a trace', async ({ open }) => {
  test.setTimeout(240_000);
  const [chen, li, wang] = [await open('chen', DESKTOP), await open('li'), await open('wang')];
  for (const [person, user] of [[li, 'limin'], [wang, 'wangqiang']] as const) {
    await signIn(person.page, user, PASSWORD);
    await person.page.goto('/enterprises');
    await expect(person.page.locator('.search__count')).toHaveText(`${BEFORE} 家`);
    await readyForOffline(person.page);
  }
  const { page } = chen;
  await signIn(page, 'chen', PASSWORD);
  await page.goto('/me');
  await page.getByRole('link', { name: '导入企业名单' }).click();
  await axeCheck(page);
  await shoot(page, 'roster');
  const choose = page.locator('input[type=file]');
  await choose.setInputFiles({ name: 'a.xls', mimeType: 'application/vnd.ms-excel', buffer: Buffer.from([0xd0, 0xcf, 0x11, 0xe0]) });
  await expect(page.getByText('这是旧版 .xls 格式，请用 Excel 或 WPS 另存为 .xlsx')).toBeVisible();
  await choose.setInputFiles({ name: '园区企业.csv', mimeType: 'text/csv', buffer: table(false) });
  await expect(page.getByText('没有找到“企业名称”一列，请在下面指定哪一列是企业名称')).toBeVisible();
  await shoot(page, 'roster-unnamed');
  await page.getByLabel('客户').selectOption({ label: '企业名称' });
  await page.getByLabel('没有写明园区的企业放入').selectOption({ label: '衢州高新技术产业开发区' });
  const counts = page.locator('section', { hasText: '预览结果' }).locator('dd');
  await expect(counts).toHaveText([String(FIRMS - 2), '0', '0', '0', '2'], { timeout: 60_000 });
  await expect(page.getByText('与第 8 行重复')).toBeVisible();
  await axeCheck(page);
  await shoot(page, 'roster-preview');
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: '下载逐行结果' }).click();
  expect((await download).suggestedFilename()).toBe('导入结果.xlsx');
  // What is wrong is put right in the table, and the table is chosen again.
  await choose.setInputFiles({ name: '园区企业.csv', mimeType: 'text/csv', buffer: table(true) });
  await expect(counts).toHaveText([String(FIRMS), '0', '0', '0', '0'], { timeout: 60_000 });
  await page.getByRole('button', { name: `导入 ${FIRMS} 家` }).click();
  await expect(page.getByRole('button', { name: '已导入' })).toBeVisible({ timeout: 120_000 });
  await axeCheck(page);
  await shoot(page, 'roster-taken');

  for (const person of [li, wang]) {
    await person.page.goto('/enterprises');
    await expect(person.page.locator('.search__count')).toHaveText(`${BEFORE + FIRMS} 家`, { timeout: 60_000 });
  }
  // Also without a network, and with who looks after whom.
  await li.cut();
  const cold = await li.restart();
  await cold.goto('/enterprises');
  await cold.getByRole('button', { name: '我负责' }).click();
  await expect(cold.locator('.search__count')).toHaveText(`${FIRMS / 2} 家`);
  await cold.getByRole('searchbox').fill('第4712号');
  await expect(cold.locator('.virtual .row__title')).toHaveText(['导入第4712号材料有限公司']);
  await cold.getByRole('button', { name: '全部' }).click();
  await cold.getByRole('searchbox').fill('');
  await li.restore();

  // What was said of the columns is remembered: the same table again is nothing new.
  await page.reload();
  await choose.setInputFiles({ name: '园区企业.csv', mimeType: 'text/csv', buffer: table(true) });
  await expect(counts).toHaveText(['0', '0', String(FIRMS), '0', '0'], { timeout: 60_000 });

  await page.getByRole('button', { name: '撤销这批' }).click();
  await page.getByRole('dialog').getByRole('button', { name: '撤销这批' }).click();
  await expect(page.getByText(`已撤销：删除 ${FIRMS} 家，恢复 0 家`)).toBeVisible({ timeout: 120_000 });
  await axeCheck(page);
  for (const person of [li, wang]) {
    await person.page.goto('/enterprises');
    await expect(person.page.locator('.search__count')).toHaveText(`${BEFORE} 家`, { timeout: 60_000 });
  }
});

test('a manager gives firms to officers, hands all of one over, and takes it back', async ({ open }) => {
  const [chen, li, wang] = [await open('chen', DESKTOP), await open('li'), await open('wang')];
  for (const [person, user] of [[li, 'limin'], [wang, 'wangqiang']] as const) {
    await signIn(person.page, user, PASSWORD);
    await person.page.goto('/enterprises');
    await expect(person.page.locator('.search__count')).toHaveText(`${BEFORE} 家`);
    await person.page.getByRole('button', { name: '我负责' }).click();
    await expect(person.page.getByText('还没有分配给本人的企业')).toBeVisible();
  }
  const { page } = chen;
  await signIn(page, 'chen', PASSWORD);
  await page.goto('/me');
  await page.getByRole('link', { name: '分配企业' }).click();
  await page.getByLabel('联络员').selectOption({ label: '李敏（limin）' });
  await page.getByRole('searchbox').fill('材料');
  await page.getByRole('button', { name: /^全选当前 \d+ 家$/ }).click();
  const foot = page.getByRole('button', { name: /^分配 \d+ 家$/ });
  const given = Number(/\d+/.exec(await foot.innerText())?.[0]);
  expect(given).toBeGreaterThan(3);
  await axeCheck(page);
  await shoot(page, 'assign');
  await foot.click();
  await expect(page.getByText(/^已分配 \d+ 次$/)).toBeVisible();
  await shoot(page, 'assign-done');
  // What lies in the other park of the county is not Li's, and is said not to be.
  const told = Number(/\d+/.exec(await page.getByText(/^已分配 \d+ 次$/).innerText())?.[0]);
  const refused = await page.getByText('（选择的联络员不负责这个园区）').count();
  expect(told + refused).toBe(given);
  await expect(li.page.locator('.search__count')).toHaveText(`${told} 家`);

  // On the phone, offline: the firm says whose it is; a colleague's help begins there too.
  await li.cut();
  const firm = await li.page.locator('.virtual .row__title').first().innerText();
  await li.page.locator('.virtual .row__title').first().click();
  const held = li.page.locator('section', { hasText: '负责人' });
  await expect(held.getByText('李敏')).toBeVisible();
  await axeCheck(li.page);
  await shoot(li.page, 'looked-after');
  await li.restore();
  await wang.page.getByRole('button', { name: '全部' }).click();
  await wang.page.getByRole('searchbox').fill(firm);
  await wang.page.locator('.virtual .row__title').first().click();
  await wang.cut();
  await wang.page.getByRole('button', { name: '由本人协办' }).click();
  await expect(wang.page.locator('section', { hasText: '负责人' }).getByText('王强')).toBeVisible();
  await wang.restore();
  await expect(held.getByText('王强')).toBeVisible({ timeout: 60_000 });

  await page.getByRole('button', { name: '整体移交' }).click();
  await page.getByLabel('移交人').selectOption({ label: `李敏 · ${told} 家` });
  await page.getByLabel('接收人').selectOption({ label: '王强（wangqiang）' });
  await page.getByLabel('原因（选填）').fill('李敏调离');
  await axeCheck(page);
  await shoot(page, 'hand-over');
  await page.getByRole('button', { name: '移交全部企业' }).click();
  await page.getByRole('dialog').getByRole('button', { name: '移交全部企业' }).click();
  await expect(page.getByText(`已分配 ${told} 次`)).toBeVisible();
  await expect(held.locator('summary')).toBeVisible();
  await held.locator('summary').click();
  await expect(held.locator('details').getByText('李敏')).toBeVisible();
  await shoot(li.page, 'looked-after-before');

  await page.goto('/roster');
  await page.getByRole('button', { name: '撤销这批' }).first().click();
  await page.getByRole('dialog').getByRole('button', { name: '撤销这批' }).click();
  await expect(page.getByText('已撤销', { exact: false }).first()).toBeVisible();
  await li.page.goto('/enterprises');
  await li.page.getByRole('button', { name: '我负责' }).click();
  await expect(li.page.locator('.search__count')).toHaveText(`${told} 家`);
});

test('past pledges come from a table and stand at their firm, each amount by its own name', async ({ open }) => {
  const [chen, li] = [await open('chen', DESKTOP), await open('li')];
  await signIn(li.page, 'limin', PASSWORD);
  await li.page.goto('/enterprises');
  await expect(li.page.locator('.search__count')).toHaveText(`${BEFORE} 家`);
  const firm = await li.page.locator('.virtual .row__title').first().innerText();
  await li.page.locator('.virtual .row__title').first().click();
  const { page } = chen;
  await signIn(page, 'chen', PASSWORD);
  await page.goto('/roster');
  await page.getByRole('button', { name: '以往质押登记' }).click();
  const rows = ['出质人,质押类型,登记日期,登记号,质权人,评估值（万元）,担保债权（万元）,放款金额（万元）',
    `${firm},发明专利,2021-06-01,Y2021330001,柯城农商行,800,500,300`, '没有这家公司,商标,2022-03-05,,,,200,'];
  const table = { name: '质押.csv', mimeType: 'text/csv', buffer: Buffer.from(rows.join('\n')) };
  await page.locator('input[type=file]').setInputFiles(table);
  await expect(page.getByText('名单里没有企业“没有这家公司”，请先导入企业名单')).toBeVisible();
  await axeCheck(page);
  await shoot(page, 'pledges-preview');
  await page.getByRole('button', { name: '导入 1 条' }).click();
  await expect(page.getByRole('button', { name: '已导入' })).toBeVisible();
  const pledges = li.page.locator('section', { hasText: '以往质押登记' });
  for (const text of ['评估值', '800 万元', '登记担保债权', '500 万元', '放款金额', '300 万元', '2021']) {
    await expect(pledges.getByText(text).first()).toBeVisible({ timeout: 30_000 });
  }
  await expect(pledges.getByText('授信金额')).toHaveCount(0);
  await axeCheck(li.page);
  await pledges.scrollIntoViewIfNeeded();
  await shoot(li.page, 'pledges');
});

test('two officers add one firm, a manager merges them, and no visit is lost, nor when it is undone', async ({ open }) => {
  const [li, wang, chen] = [await open('li'), await open('wang'), await open('chen', DESKTOP)];
  const code = '91330802MA2DF0001J';
  for (const [person, user, name, contact] of [
    [li, 'limin', '衢州双胞特种纸有限公司', '张三'],
    [wang, 'wangqiang', '双胞特种纸公司', '李四'],
  ] as const) {
    const { page } = person;
    await signIn(page, user, PASSWORD);
    await page.goto('/enterprises');
    await expect(page.locator('.search__count')).toHaveText(`${BEFORE} 家`);
    await readyForOffline(page);
    await person.cut();
    await page.getByRole('link', { name: '添加企业' }).click();
    await page.getByLabel('企业名称').fill(name);
    await page.getByLabel('统一社会信用代码').fill(code);
    await page.locator('#f-contact_name').fill(contact);
    await page.getByRole('button', { name: '保存企业' }).click();
    await page.getByRole('link', { name: '开始走访' }).click();
    await quickVisit(page);
  }
  await li.restore();
  await wang.restore();
  const { page } = chen;
  await signIn(page, 'chen', PASSWORD);
  await page.goto('/me');
  await page.getByRole('link', { name: '疑似重复企业' }).click();
  await expect(page.locator('.row').filter({ hasText: '信用代码相同' })).toHaveCount(1);
  await axeCheck(page);
  await shoot(page, 'duplicates');
  await page.locator('.row').filter({ hasText: '信用代码相同' }).click();
  await expect(page.getByText('走访 1 次')).toHaveCount(2);
  await page.locator('.choice').filter({ hasText: '衢州双胞特种纸有限公司' }).click();
  await page.locator('.choice').filter({ hasText: '李四' }).click();
  await axeCheck(page);
  await shoot(page, 'merge');
  await page.getByRole('button', { name: '合并为一家' }).click();
  await expect(page.getByRole('heading', { level: 1, name: '衢州双胞特种纸有限公司' })).toBeVisible();
  await expect(page.getByText('李四')).toBeVisible();
  await axeCheck(page);
  await shoot(page, 'merged');

  for (const person of [li, wang]) {
    await person.page.goto('/enterprises');
    await person.page.getByRole('searchbox').fill('双胞');
    await expect(person.page.locator('.virtual .row__title')).toHaveText(['衢州双胞特种纸有限公司']);
    await person.page.locator('.virtual .row__title').first().click();
    const visits = person.page.locator('section', { hasText: '走访记录' }).locator('.row');
    await expect(visits).toHaveCount(2);
  }
  await page.locator('section', { hasText: '已并入的企业' }).locator('.row').click();
  await expect(page.getByText('已并入“衢州双胞特种纸有限公司”')).toBeVisible();
  await axeCheck(page);
  await shoot(page, 'merged-into');
  await page.getByRole('button', { name: '撤销合并' }).click();
  await page.getByRole('dialog').getByRole('button', { name: '撤销合并' }).click();
  for (const person of [li, wang]) {
    await person.page.goto('/enterprises');
    await person.page.getByRole('searchbox').fill('双胞');
    await expect(person.page.locator('.virtual .row__title')).toHaveCount(2);
    await person.page.locator('.virtual .row__title').first().click();
    await expect(person.page.locator('section', { hasText: '走访记录' }).locator('.row')).toHaveCount(1);
  }
});
