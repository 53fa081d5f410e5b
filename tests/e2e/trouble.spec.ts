// What bad input and a bad device get: a clear sentence, and nothing lost.

import { axeCheck, expect, readyForOffline, shoot, signIn, test } from './support/fixtures';
import { fillEverything, saved, startVisit } from './support/form';

const PASSWORD = 'ruyuan-demo';

test('a wrong password is refused in plain words', async ({ open }) => {
  const li = await open('li');
  await li.page.goto('/');
  await li.page.getByLabel('用户名').fill('limin');
  await li.page.getByLabel('密码').fill('not-it');
  await li.page.getByRole('button', { name: '登录' }).click();
  await expect(li.page.getByText('用户名或密码不对，请重新填写')).toBeVisible();
  await axeCheck(li.page);
});

test('wrong answers are named before submitting, each with a way there', async ({ open }) => {
  const li = await open('li');
  await signIn(li.page, 'limin', PASSWORD);
  const page = li.page;
  await page.goto('/enterprises');
  const firm = await page.locator('.virtual .row__title').first().innerText();
  await page.goto('/');
  await startVisit(page, firm);
  await page.getByRole('button', { name: '目录' }).click();
  await page.getByRole('dialog').getByRole('button', { name: '企业基本情况' }).first().click();
  const code = page.getByLabel('统一社会信用代码');
  await code.fill('91330800');
  await code.blur();
  await expect(page.getByText('信用代码少 10 位，内容已保留')).toBeVisible();
  await code.fill('91330800ma9te5t12m');
  await code.blur();
  await expect(code).toHaveValue('91330800MA9TE5T12M');
  await expect(page.getByText('校验位不符，请核对；确认无误可继续')).toBeVisible();
  await code.fill('91330800MA9TE5T1');
  await saved(page);
  await axeCheck(page);

  await page.goto(page.url().replace(/fill.*/, 'review'));
  await expect(page.getByRole('heading', { level: 2, name: /项需要修改/ })).toBeVisible();
  await expect(page.getByRole('button', { name: '提交走访' })).toBeDisabled();
  await axeCheck(page);
  await page.locator('.row--problem').filter({ hasText: '统一社会信用代码' }).click();
  await expect(page.getByLabel('统一社会信用代码')).toBeFocused();
  await expect(page.getByText('信用代码少 2 位，内容已保留')).toBeVisible();
});

test('a value that the server refuses comes back to its author and is put right', async ({ open }) => {
  const li = await open('li');
  await signIn(li.page, 'limin', PASSWORD);
  let page = li.page;
  await page.goto('/enterprises');
  const firm = await page.locator('.virtual .row__title').first().innerText();
  await readyForOffline(page);
  await page.goto('/');
  await startVisit(page, firm);
  await fillEverything(page, new Set());

  // On its way a value becomes one that an older app would have let through.
  let spoilt = false;
  await li.context.route('**/api/sync/push', async (route) => {
    const body = route.request().postData() ?? '';
    const changed = body.replace(/("answer\.employee_count":\{"new":)12\}/, '$1-5}');
    if (!spoilt && changed !== body) {
      spoilt = true;
      await route.continue({ postData: changed });
    } else {
      await route.continue();
    }
  });
  await page.getByRole('button', { name: '提交走访' }).click();
  await expect(page.getByText('数值过小，最小为 0').first()).toBeVisible({ timeout: 30_000 });
  await expect(page.getByText(/已上传/)).toHaveCount(0);
  await axeCheck(page);
  page = await li.restart();
  await page.goto('/uploads');
  await expect(page.getByText('数值过小，最小为 0')).toBeVisible();
  await axeCheck(page);
  await page.getByRole('button', { name: '去修改' }).click();
  await expect(page.getByRole('heading', { level: 1, name: '核对内容' })).toBeVisible();
  await page.getByRole('button', { name: '提交走访' }).click();
  await expect(page.getByText(/已上传 \d\d:\d\d/)).toBeVisible({ timeout: 30_000 });
  await page.goto('/uploads');
  await expect(page.getByText('内容已全部上传')).toBeVisible();
});

test('a phone without space says so, keeps the words and offers a file', async ({ open }) => {
  const li = await open('li');
  await signIn(li.page, 'limin', PASSWORD);
  const page = li.page;
  await page.goto('/enterprises');
  const firm = await page.locator('.virtual .row__title').first().innerText();
  await page.goto('/');
  await startVisit(page, firm);
  await saved(page);
  await page.evaluate(() => {
    IDBObjectStore.prototype.put = () => {
      throw new DOMException('full', 'QuotaExceededError');
    };
  });
  await page.getByLabel('陪同人员').fill('没有空间时写下的话');
  await expect(page.getByText('手机空间不足，未能保存，内容仍在屏幕上。请清理空间后再试')).toBeVisible();
  await expect(page.locator('.saved')).toHaveText('未保存');
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: '存为文件' }).click();
  const stream = await (await download).createReadStream();
  let text = '';
  for await (const part of stream) text += part;
  expect(text).toContain('没有空间时写下的话');
  await axeCheck(page);
  // Another screen and back: the words are still there.
  await page.getByRole('link', { name: '返回' }).click();
  await expect(page.getByRole('heading', { level: 1, name: '走访' })).toBeVisible();
  await page.goBack();
  await expect(page.getByLabel('陪同人员')).toHaveValue('没有空间时写下的话');
});

test('a browser that clears the phone or has no room is noticed, and what to do is said', async ({ open }) => {
  const li = await open('li');
  await signIn(li.page, 'limin', PASSWORD);
  await readyForOffline(li.page);
  await li.page.goto('/enterprises/new');
  await li.cut();
  await li.page.getByLabel('企业名称').fill('没有传上去的企业');
  await li.page.getByRole('button', { name: '保存企业' }).click();
  await expect(li.page.getByRole('heading', { level: 1, name: '没有传上去的企业' })).toBeVisible();
  const browser = await li.context.newCDPSession(li.page);
  await browser.send('Storage.clearDataForOrigin', { origin: li.origin, storageTypes: 'indexeddb' });
  await li.page.goto('/');
  const lost = li.page.getByText('浏览器清除过本机数据，1 条未上传的没有留住，请补录。已上传的会重新下载');
  await expect(lost).toBeVisible();
  await axeCheck(li.page);
  await shoot(li.page, 'today-cleared');
  // It is said until it has been read.
  await li.page.reload();
  await li.page.getByRole('button', { name: '关闭提示' }).click();
  await expect(lost).toBeHidden();
  await li.page.reload();
  await expect(li.page.getByRole('heading', { level: 1 })).toHaveText('今日');
  await expect(lost).toBeHidden();

  // Chromium says ten gigabytes whatever there is; other browsers tell.
  await li.context.addInitScript(() => {
    StorageManager.prototype.estimate = async () => ({ quota: 200_000_000, usage: 170_000_000 });
  });
  await li.page.reload();
  await expect(li.page.getByText('手机空间快用完，新记录可能存不下。请清理照片或不用的应用')).toBeVisible();
});

test('a browser whose storage does not open says so', async ({ open }) => {
  const li = await open('li');
  await signIn(li.page, 'limin', PASSWORD);
  await li.page.addInitScript(() => {
    IDBFactory.prototype.open = () => {
      throw new DOMException('broken', 'UnknownError');
    };
  });
  await li.page.goto('/');
  await expect(li.page.getByRole('heading', { level: 1, name: '本机存储打不开' })).toBeVisible();
  await axeCheck(li.page);
});

test('a double tap saves one firm, not two', async ({ open }) => {
  const li = await open('li');
  await signIn(li.page, 'limin', PASSWORD);
  await li.page.goto('/enterprises/new');
  await li.page.getByLabel('企业名称').fill('点了两下的企业');
  await li.page.locator('#enterprise-form').evaluate((form: HTMLFormElement) => {
    form.requestSubmit();
    form.requestSubmit();
  });
  await expect(li.page.getByRole('heading', { level: 1, name: '点了两下的企业' })).toBeVisible();
  await li.page.goto('/enterprises');
  await li.page.getByRole('searchbox').fill('点了两下的企业');
  await expect(li.page.getByText('1 家', { exact: true })).toBeVisible();
});

test('signed in again in the same tab, two acts queue as two rows and nothing stops', async ({ open }) => {
  const li = await open('li');
  const page = li.page;
  await signIn(page, 'limin', PASSWORD);
  await page.getByRole('link', { name: '我的' }).click();
  await page.getByRole('button', { name: '退出登录' }).first().click();
  await page.getByRole('dialog').getByRole('button', { name: '退出登录' }).click();
  await expect(page.getByLabel('密码')).toBeVisible();
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange', { bubbles: true })));
  await page.getByLabel('用户名').fill('limin');
  await page.getByLabel('密码').fill(PASSWORD);
  await page.getByRole('button', { name: '登录' }).click();
  await expect(page.getByRole('link', { name: '企业', exact: true })).toBeVisible();
  await li.cut();
  for (const name of ['排队的甲企业', '排队的乙企业']) {
    await page.getByRole('link', { name: '企业', exact: true }).click();
    await page.getByRole('link', { name: '添加企业' }).first().click();
    // A keyboard's space at the end, and Enter instead of the button.
    await page.getByLabel('企业名称').fill(`${name} `);
    await page.getByLabel('企业名称').press('Enter');
    await expect(page.getByRole('heading', { level: 1, name, exact: true })).toBeVisible();
    await page.getByRole('link', { name: '返回' }).click();
  }
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange', { bubbles: true })));
  await page.getByRole('link', { name: '我的' }).click();
  await page.locator('a[href="/uploads"]').first().click();
  await expect(page.locator('.queue')).toHaveCount(2);
  await expect(page.locator('.queue')).toContainText(['排队的甲企业', '排队的乙企业']);
  await expect(page.getByText('页面出错停住了')).toBeHidden();
});

test('what has never left the phone can be deleted knowingly, and nothing else goes with it', async ({ open }) => {
  const li = await open('li');
  const { page } = li;
  await signIn(page, 'limin', PASSWORD);
  await readyForOffline(page);
  await li.cut();
  for (const name of ['写错了的企业', '留下的企业']) {
    await page.goto('/enterprises/new');
    await page.getByLabel('企业名称').fill(name);
    await page.getByRole('button', { name: '保存企业' }).click();
    await expect(page.getByRole('heading', { level: 1, name, exact: true })).toBeVisible();
  }
  await page.goto('/uploads');
  await page.getByRole('button', { name: '立即上传' }).click();
  await expect(page.getByText('没有连上服务器，联网后自动上传')).toBeVisible();
  const wrong = page.locator('.queue').filter({ hasText: '写错了的企业' });
  await expect(wrong).toContainText('还没有发送过');
  await axeCheck(page);
  await shoot(page, 'uploads-unsent');
  await wrong.getByRole('button', { name: '删除记录' }).click();
  const question = page.getByRole('dialog').filter({ visible: true });
  await expect(question).toContainText('删除“写错了的企业”还没有发送的内容');
  await shoot(page, 'uploads-delete');
  await question.getByRole('button', { name: '删除记录' }).click();
  await expect(page.locator('.queue .row__title')).toHaveText(['留下的企业']);
  await page.goto('/enterprises');
  await page.getByRole('searchbox').fill('写错了的企业');
  await expect(page.getByText('没有符合的企业，可从名称直接添加')).toBeVisible();
  await li.restore();
  await page.goto('/uploads');
  await expect(page.getByText('内容已全部上传')).toBeVisible({ timeout: 30_000 });
  await page.goto('/enterprises');
  await page.getByRole('searchbox').fill('留下的企业');
  await expect(page.locator('.virtual .row__title')).toHaveText(['留下的企业']);
});

test('a queue that was saved as a file goes up from another phone, once', async ({ open }) => {
  const li = await open('li');
  await signIn(li.page, 'limin', PASSWORD);
  await readyForOffline(li.page);
  await li.cut();
  await li.page.goto('/enterprises/new');
  await li.page.getByLabel('企业名称').fill('摔坏手机企业');
  await li.page.getByRole('button', { name: '保存企业' }).click();
  await expect(li.page.getByRole('heading', { level: 2, name: '企业档案' })).toBeVisible();
  await li.page.goto('/uploads');
  const download = li.page.waitForEvent('download');
  await li.page.getByRole('button', { name: '把未上传内容存为文件' }).click();
  const file = await (await download).path();

  const other = await open('other');
  await signIn(other.page, 'limin', PASSWORD);
  await other.page.goto('/uploads');
  const choose = other.page.getByLabel('导入存下的内容');
  await choose.setInputFiles({ name: 'photo.json', mimeType: 'application/json', buffer: Buffer.from('{}') });
  await expect(other.page.getByText('这不是本应用存下的文件，没有导入')).toBeVisible();
  await choose.setInputFiles(file);
  await expect(other.page.getByText('已导入 1 条，将自动上传')).toBeVisible();
  await expect(other.page.getByText('内容已全部上传')).toBeVisible({ timeout: 30_000 });
  await choose.setInputFiles(file);
  await expect(other.page.getByText('这些内容本机已有')).toBeVisible();
  await axeCheck(other.page);
  await shoot(other.page, 'uploads-imported');

  // The broken phone is found again: the server knows what it brings.
  await li.restore();
  await expect(li.page.getByText('内容已全部上传')).toBeVisible({ timeout: 30_000 });
  await other.page.goto('/enterprises');
  await other.page.getByRole('searchbox').fill('摔坏手机企业');
  await expect(other.page.locator('.virtual .row')).toHaveCount(1);
});

test('signing out offline keeps what is unsent and ends the session later', async ({ open, server }) => {
  const li = await open('li');
  await signIn(li.page, 'limin', PASSWORD);
  const page = li.page;
  await page.goto('/enterprises/new');
  await readyForOffline(page);
  await li.cut();
  await page.getByLabel('企业名称').fill('退出前写下的企业');
  await page.getByRole('button', { name: '保存企业' }).click();
  await expect(page.getByRole('heading', { level: 1, name: '退出前写下的企业' })).toBeVisible();
  await page.getByRole('link', { name: '我的' }).click();
  await page.getByRole('button', { name: '退出登录' }).first().click();
  await expect(page.getByText('退出登录？1 条未上传内容保留在本机，再次登录后继续上传')).toBeVisible();
  await axeCheck(page);
  await page.getByRole('dialog').getByRole('button', { name: '退出登录' }).click();
  await expect(page.getByRole('button', { name: '登录' })).toBeVisible();
  await li.restore();
  await signIn(page, 'limin', PASSWORD);
  await page.goto('/uploads');
  await expect(page.getByText('内容已全部上传')).toBeVisible({ timeout: 30_000 });
  expect(server.log).not.toContain('退出前写下的企业');
});

test('a page makes way for a newer database, and says so instead of reloading what is being typed', async ({ open }) => {
  const li = await open('li');
  await signIn(li.page, 'limin', PASSWORD);
  await li.page.goto('/enterprises/new');
  await li.page.getByLabel('企业名称').fill('写到一半');
  // What a newer version of the app does in another tab.
  await li.page.evaluate(async () => {
    const [{ name, version }] = (await indexedDB.databases()).filter(({ name }) => name !== 'ruyuan-new-log');
    await new Promise((done, failed) => {
      const request = indexedDB.open(name!, version! + 1);
      request.onsuccess = () => { request.result.close(); done(undefined); };
      request.onerror = failed;
      request.onblocked = failed;
    });
  });
  const bar = li.page.getByRole('alert').filter({ hasText: '入园已在另一个页面更新' });
  await expect(bar).toBeVisible();
  await expect(li.page.getByLabel('企业名称')).toHaveValue('写到一半');
  await axeCheck(li.page);
  await shoot(li.page, 'updated-elsewhere');
});

test('an app that has stopped says so and opens again where it was', async ({ open }) => {
  const li = await open('li');
  await signIn(li.page, 'limin', PASSWORD);
  await li.page.goto('/enterprises/new');
  await li.page.getByLabel('企业名称').fill('写到一半');
  // What the browser reports when the module traps, once for each event that still reaches it.
  const trap = () => li.page.evaluate(() => {
    const error = new WebAssembly.RuntimeError('unreachable');
    dispatchEvent(new ErrorEvent('error', { error }));
    dispatchEvent(new ErrorEvent('error', { error: new Error('some extension of the browser') }));
  });
  await trap();
  await trap();
  const bar = li.page.getByRole('alert').filter({ hasText: '页面出错停住了，已保存的内容都在' });
  await expect(bar).toHaveCount(1);
  await axeCheck(li.page);
  await shoot(li.page, 'stopped');
  await bar.getByRole('button', { name: '重新打开' }).click();
  await expect(bar).toHaveCount(0);
  await expect(li.page.getByRole('heading', { level: 1, name: '添加企业' })).toBeVisible();
});
