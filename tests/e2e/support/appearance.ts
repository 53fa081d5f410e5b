// Every way a screen can look: light, dark and large text, on a phone and on a desk. Looks are
// checked with axe and kept as pictures for people.

import { resolve } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';
import { DESKTOP, PHONE } from './profile';

const LOOKS = ['light', 'dark', 'large'] as const;
type Look = (typeof LOOKS)[number];

const SHOTS = resolve(__dirname, '../shots');

async function wear(page: Page, look: Look): Promise<void> {
  await page.emulateMedia({ colorScheme: look === 'dark' ? 'dark' : 'light', reducedMotion: 'reduce' });
  await page.evaluate((large) => {
    if (large) document.documentElement.dataset.text = 'large';
    else delete document.documentElement.dataset.text;
  }, look === 'large');
}

/** Does something in every look, and leaves the page as it was. */
async function inEveryLook(page: Page, act: (look: Look) => Promise<void>): Promise<void> {
  const text = await page.evaluate(() => document.documentElement.dataset.text);
  for (const look of LOOKS) {
    await wear(page, look);
    await act(look);
  }
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
  await page.evaluate((value) => {
    if (value === undefined) delete document.documentElement.dataset.text;
    else document.documentElement.dataset.text = value;
  }, text);
}

/** No violation of any axe rule, in any look. */
export async function axeCheck(page: Page): Promise<void> {
  await inEveryLook(page, async (look) => {
    const { violations } = await new AxeBuilder({ page }).analyze();
    const found = violations.flatMap(({ id, help, nodes }) =>
      nodes.map((node) => `${id}: ${help}\n    ${node.html}\n    ${node.failureSummary}`));
    expect(found, `axe on ${page.url()}, ${look}`).toEqual([]);
  });
}

/** Six pictures: tests/e2e/shots/<name>-<width>-<look>.png. */
export async function shoot(page: Page, name: string): Promise<void> {
  const before = page.viewportSize();
  for (const viewport of [PHONE, DESKTOP]) {
    await page.setViewportSize(viewport);
    await inEveryLook(page, async (look) => {
      await page.screenshot({
        path: resolve(SHOTS, `${name}-${viewport.width}-${look}.png`),
        animations: 'disabled',
      });
    });
  }
  if (before) await page.setViewportSize(before);
}
