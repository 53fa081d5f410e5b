// A form begun on one device of a person goes on on another, and no word of either is lost.

import { axeCheck, expect, readyForOffline, shoot, signIn, test } from './support/fixtures';
import { saved, startVisit } from './support/form';

const PASSWORD = 'ruyuan-demo';
const WORDS = '#q-companions';

test('a visit begun on the phone goes on on another device, and words of both are kept', async ({ open }) => {
  const [phone, tablet] = [await open('phone'), await open('tablet')];
  for (const { page } of [phone, tablet]) {
    await signIn(page, 'limin', PASSWORD);
    await page.goto('/enterprises');
    await expect(page.locator('.virtual .row').first()).toBeVisible();
    await readyForOffline(page);
  }
  const firm = await phone.page.locator('.virtual .row__title').first().innerText();
  await phone.page.goto('/');
  await startVisit(phone.page, firm);
  await phone.page.locator(WORDS).fill('手机上写的');
  await saved(phone.page);
  const path = new URL(phone.page.url()).pathname;

  // A pause is enough: nobody sends anything.
  const unfinished = tablet.page.locator('section[aria-labelledby=today-drafts] .row').filter({ hasText: firm });
  await expect(async () => {
    await tablet.page.goto('/');
    await expect(unfinished).toBeVisible({ timeout: 2_000 });
  }).toPass({ timeout: 30_000 });
  await unfinished.click();
  await expect(tablet.page.locator(WORDS)).toHaveValue('手机上写的');

  // Both go on without a network.
  await tablet.cut();
  await tablet.page.locator(WORDS).fill('平板上接着写的');
  await saved(tablet.page);
  const copied = phone.page.waitForResponse(async (answer) =>
    answer.request().method() === 'PUT' && (answer.request().postData() ?? '').includes('手机上接着写的'));
  await phone.page.locator(WORDS).fill('手机上接着写的');
  await saved(phone.page);
  await copied;
  await tablet.restore();
  const { page } = tablet;
  const asked = page.getByText('这份记录在另一台设备上也改过');
  await expect(asked).toBeVisible({ timeout: 30_000 });
  await expect(page.locator(WORDS)).toHaveValue('平板上接着写的');
  await axeCheck(page);
  await shoot(page, 'fill-elsewhere');
  await page.getByRole('button', { name: '改用那一份' }).click();
  await expect(page.locator(WORDS)).toHaveValue('手机上接着写的');
  await expect(asked).toHaveCount(0);

  // What is dropped here goes from there.
  await page.getByRole('button', { name: '删除草稿' }).click();
  const told = page.waitForResponse((answer) =>
    answer.request().method() === 'PUT' && (answer.request().postData() ?? '').includes('"ended":"deleted"'));
  await page.getByRole('dialog').getByRole('button', { name: '删除草稿' }).click();
  await told;
  await phone.page.goto('/');
  await expect(phone.page.locator('#today-plan')).toBeVisible();
  await expect(phone.page.locator('section[aria-labelledby=today-drafts]')).toHaveCount(0, { timeout: 30_000 });
  await phone.page.goto(path);
  await expect(phone.page.getByText('没有找到这份草稿')).toBeVisible();
});
