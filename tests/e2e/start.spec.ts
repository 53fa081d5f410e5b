// The first start of a server without a demo, and a newer release on a phone in use.

import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { axeCheck, expect, Profile, readyForOffline, signIn, test } from './support/fixtures';
import { saved, startVisit } from './support/form';
import { copyOfRelease, NEWER, newerRelease } from './support/release';
import { Server } from './support/server';

test('the first start prints a link that makes the administrator, once', async () => {
  const server = await Server.start({ demo: false });
  const person = await Profile.create(server, 'admin');
  const link = /\/setup#token=\S+/.exec(server.log)?.[0];
  expect(link).toBeDefined();
  const fill = async () => {
    await person.page.goto('about:blank');
    await person.page.goto(`${person.origin}${link}`);
    await person.page.getByLabel('用户名').fill('admin');
    await person.page.getByLabel('姓名').fill('周管理');
    await person.page.getByLabel('密码').fill('a-long-password-2026');
    await person.page.getByRole('button', { name: '设置管理员' }).click();
  };
  await fill();
  await expect(person.page.getByText('周管理，今天去哪家企业')).toBeVisible();
  await fill();
  await expect(person.page.getByRole('alert')).not.toBeEmpty();
  await expect(person.page.getByRole('heading', { level: 1, name: '设置管理员' })).toBeVisible();
  await person.dispose();
  await server.dispose();
});

test('a page that was opened past the worker is served by it all the same', async ({ open }) => {
  const li = await open('li');
  await signIn(li.page, 'limin', 'ruyuan-demo');
  await readyForOffline(li.page);
  const devtools = await li.context.newCDPSession(li.page);
  const reloaded = li.page.waitForEvent('load');
  await devtools.send('Page.reload', { ignoreCache: true });
  await reloaded;
  await readyForOffline(li.page);
});

test('what a lost signal kept from being stored for offline is fetched when it returns', async ({ open, server }) => {
  const whole = server.dist;
  await server.stop();
  server.dist = await copyOfRelease(whole);
  await rm(join(server.dist, 'icons', 'icon.svg'));
  await server.start();
  const li = await open('li');
  await signIn(li.page, 'limin', 'ruyuan-demo');
  // The worker gave up: one file of its release was not to be had.
  const controlled = await li.page.evaluate(async () => {
    const { installing } = await navigator.serviceWorker.register('/sw.js', { updateViaCache: 'none' });
    while (installing && installing.state === 'installing') {
      await new Promise((done) => installing.addEventListener('statechange', done, { once: true }));
    }
    return navigator.serviceWorker.controller !== null;
  });
  expect(controlled).toBe(false);
  await li.cut();
  await server.stop();
  server.dist = whole;
  await server.start();
  await li.restore();
  await readyForOffline(li.page);
});

test('the first file shows the home screen alone, and what is in the second says so until it comes', async ({ open, server }) => {
  const whole = server.dist;
  await server.stop();
  server.dist = await copyOfRelease(whole);
  const release = JSON.parse(await readFile(join(server.dist, 'release.json'), 'utf8')).release;
  for (const file of ['split_rest.wasm', 'split_rest.wasm.br']) {
    await rm(join(server.dist, 'r', release, file));
  }
  await server.start();
  const li = await open('li');
  await signIn(li.page, 'limin', 'ruyuan-demo');
  await expect(li.page.getByRole('link', { name: '开始走访' })).toBeVisible();
  await li.page.getByRole('link', { name: '我的' }).click();
  const missing = li.page.getByText('这一页的程序还没有存到本机');
  await expect(missing).toBeVisible();
  await axeCheck(li.page);
  await li.page.getByRole('button', { name: '再试一次' }).click();
  await expect(missing).toBeVisible();

  await server.stop();
  server.dist = whole;
  await server.start();
  await li.page.getByRole('button', { name: '再试一次' }).click();
  await expect(li.page.getByRole('heading', { level: 1 })).toHaveText('我的');
  await li.page.getByRole('link', { name: '企业', exact: true }).click();
  await expect(li.page.locator('.search__count')).toHaveText('120 家');
});

test('a second file that never comes holds nothing up, and is fetched again by itself', async ({ open }) => {
  const li = await open('li');
  const { page } = li;
  let stalled = 0;
  // The line has died: neither bytes nor an end.
  await page.route('**/split_rest.wasm', () => { stalled += 1; });
  await page.clock.install();
  await signIn(page, 'limin', 'ruyuan-demo');
  await page.getByRole('link', { name: '企业', exact: true }).click();
  await expect(page.locator('main.shell[aria-busy=true]')).toBeVisible();
  await page.clock.fastForward(121_000);
  await expect(page.getByText('这一页的程序还没有存到本机')).toBeVisible();
  expect(stalled).toBeGreaterThan(0);
  await page.unroute('**/split_rest.wasm');
  // Nobody taps anything: a round of sync asks for it again.
  await page.clock.fastForward(30_000);
  await expect(page.locator('.search__count')).toHaveText('120 家');
});

test('a newer release is offered, taken when asked for, and costs no draft', async ({ open, server }) => {
  const li = await open('li');
  const page = li.page;
  await signIn(page, 'limin', 'ruyuan-demo');
  await page.goto('/enterprises');
  const firm = await page.locator('.virtual .row__title').first().innerText();
  await readyForOffline(page);
  await page.goto('/');
  await startVisit(page, firm);
  await page.getByLabel('陪同人员').fill('更新前写下的话');
  await saved(page);
  const mark = () => page.evaluate(() => Reflect.has(window, 'sameDocument'));
  await page.evaluate(() => Reflect.set(window, 'sameDocument', true));

  await server.stop();
  server.dist = await newerRelease(server.dist);
  await server.start();
  await page.evaluate(async () => {
    await (await navigator.serviceWorker.ready).update();
  });
  await expect(page.getByText('新版本已准备好，草稿不受影响')).toBeVisible();
  await axeCheck(page);
  await page.getByRole('button', { name: '稍后' }).click();
  await expect(page.getByText('新版本已准备好，草稿不受影响')).toBeHidden();
  expect(await mark()).toBe(true);

  // The next start asks again.
  await page.reload();
  await page.evaluate(() => Reflect.set(window, 'sameDocument', true));
  const other = await li.context.newPage();
  await other.goto('/me');
  await expect(other.getByText('新版本已准备好，草稿不受影响')).toBeVisible();
  const reloaded = page.waitForEvent('load');
  await page.getByRole('button', { name: '立即更新' }).click();
  await reloaded;
  expect(await mark()).toBe(false);
  // Another tab is asked for itself.
  const otherReloaded = other.waitForEvent('load');
  await other.getByRole('button', { name: '立即更新' }).click();
  await otherReloaded;
  await expect(other.getByRole('heading', { level: 1 })).toHaveText('我的');
  await expect(other.getByText('新版本已准备好，草稿不受影响')).toBeHidden();
  await other.close();
  await expect(page.getByLabel('陪同人员')).toHaveValue('更新前写下的话');
  expect(await page.evaluate(async () => (await fetch('/index.html')).text())).toContain(NEWER);
});
