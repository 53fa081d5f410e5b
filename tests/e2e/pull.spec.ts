// Pulling a screen down asks for what is new.

import type { Page } from '@playwright/test';
import { axeCheck, expect, readyForOffline, shoot, signIn, test } from './support/fixtures';

/** A finger on the screen's content: where it is, one place after the other. */
const touch = (page: Page, type: 'touchstart' | 'touchmove' | 'touchend', at?: [number, number]) =>
  page.locator('main').evaluate((main, { type, at }) => {
    const touches = at ? [new Touch({ identifier: 1, target: main, clientX: at[0], clientY: at[1] })] : [];
    main.dispatchEvent(new TouchEvent(type, { bubbles: true, touches }));
  }, { type, at });

test('a screen that is pulled down from its top asks for what is new', async ({ open }) => {
  const { page } = await open('li');
  await signIn(page, 'limin', 'ruyuan-demo');
  await expect(page.locator('#today-plan')).toBeVisible();
  await readyForOffline(page);
  // What other devices have is looked for at once when a person asks, and else every half a minute.
  let looks = 0;
  page.on('request', (request) => {
    if (request.url().endsWith('/api/sync/drafts')) looks += 1;
  });
  // Aside, or not far enough, is nothing.
  await touch(page, 'touchstart', [200, 100]);
  await touch(page, 'touchmove', [320, 130]);
  await touch(page, 'touchend');
  await touch(page, 'touchstart', [200, 100]);
  await touch(page, 'touchmove', [200, 140]);
  await expect(page.getByText('继续下拉更新')).toBeVisible();
  await touch(page, 'touchend');
  await expect(page.locator('.pull')).toHaveCount(0);
  await touch(page, 'touchstart', [200, 100]);
  await touch(page, 'touchmove', [204, 190]);
  await expect(page.getByText('松开更新')).toBeVisible();
  await axeCheck(page);
  await shoot(page, 'pulled');
  const before = looks;
  await touch(page, 'touchend');
  await expect.poll(() => looks, { timeout: 3_000 }).toBeGreaterThan(before);
  await expect(page.locator('.pull')).toHaveCount(0);
});
