// Filling the visit form as a person does: whatever is on the page, by its kind.

import { expect } from '@playwright/test';
import { type Part, type Screen, shows } from './screen';

/** An answer for a text question that has a shape of its own. */
const SHAPED: Record<string, string> = {
  统一社会信用代码: '91330800MA9TE5T12N',
  联系人手机: '13857000001',
  专利号: 'ZL202110000001.6',
};

/** The choice that leads on to further questions, where there is one. */
const LEADING = ['有', '是', '已办结', '已授信', '发明专利'];

/** Fills every question of the page that has no answer yet; what answers bring up is filled too. */
export async function fillPage(page: Screen, kinds: Set<string>): Promise<void> {
  const add = page.locator('.repeat > .button--outline');
  if ((await add.count()) > 0 && (await page.locator('.instance').count()) === 0) {
    await add.click();
    kinds.add('repeat');
  }
  const filled = new Set<string>();
  for (;;) {
    const frames = page.locator('.question[id]');
    const ids = await frames.evaluateAll((all) => all.map((frame) => frame.id));
    const next = ids.find((id) => !filled.has(id));
    if (!next) break;
    filled.add(next);
    await fillQuestion(page, page.locator(`[id="${next}"]`), kinds);
  }
  if ((await page.locator('.question--note').count()) > 0) kinds.add('note');
}

async function fillQuestion(page: Screen, frame: Part, kinds: Set<string>): Promise<void> {
  const label = (await frame.locator('.question__label').innerText()).replace('（选填）', '').trim();
  // Photos have a story of their own.
  if ((await frame.locator('.photo-field').count()) > 0) return;
  if ((await frame.locator('.signature__pad').count()) > 0) {
    await sign(page, frame.locator('.signature__pad'));
    kinds.add('signature');
  } else if ((await frame.locator('input[type=radio]').count()) > 0) {
    const choices = frame.locator('.choice');
    const texts = await choices.allInnerTexts();
    const leading = texts.findIndex((text) => LEADING.includes(text.trim()));
    await choices.nth(Math.max(leading, 0)).click();
    kinds.add('select_one');
  } else if ((await frame.locator('input[type=checkbox]').count()) > 0) {
    const boxes = frame.locator('input[type=checkbox]');
    kinds.add((await boxes.count()) === 1 ? 'acknowledge' : 'select_multiple');
    for (let index = 0; index < (await boxes.count()); index += 1) await boxes.nth(index).check();
  } else if ((await frame.locator('select').count()) > 0) {
    const options = await frame.locator('option').allInnerTexts();
    const leading = options.find((option) => LEADING.includes(option.trim()));
    await frame.locator('select').selectOption({ label: leading ?? options[1] });
    kinds.add('select_one from a list');
  } else if ((await frame.locator('textarea').count()) > 0) {
    await frame.locator('textarea').fill(`${label}：第一行\n第二行 𠮷`);
    kinds.add('multiline');
  } else {
    const input = frame.locator('input');
    const type = await input.getAttribute('type');
    if (type === 'date') {
      await input.fill('2026-04-26');
      kinds.add('date');
    } else if (type === 'datetime-local') {
      await frame.getByRole('button', { name: '此刻' }).click();
      await input.fill('2026-04-26T09:30');
      kinds.add('date_time');
    } else if ((await frame.locator('.input-with-unit__unit').count()) > 0) {
      await input.fill('12');
      kinds.add('number');
    } else {
      await input.fill(SHAPED[label] ?? `${label} 𠮷`);
      kinds.add(SHAPED[label] ? `text: ${label}` : 'text');
    }
    await input.blur();
  }
}

async function sign(page: Screen, pad: Part): Promise<void> {
  await pad.scrollIntoViewIfNeeded();
  const box = await pad.boundingBox();
  if (!box) throw new Error('the signature pad is not on the page');
  await page.mouse.move(box.x + 30, box.y + 30);
  await page.mouse.down();
  await page.mouse.move(box.x + 120, box.y + 70, { steps: 5 });
  await page.mouse.move(box.x + 180, box.y + 30, { steps: 5 });
  await page.mouse.up();
  await expect.poll(() => pad.locator('path').getAttribute('d')).toMatch(/^M\d+ \d+L/);
}

/** Waits until the last change is on the device. */
export async function saved(page: Screen): Promise<void> {
  const states = () => page.locator('.saved').evaluateAll((all) => all.map((element) => element.dataset.status));
  await expect.poll(states, { message: 'to be saved' }).toEqual(['saved']);
}

/** Fills every page to the review. */
export async function fillEverything(page: Screen, kinds: Set<string>): Promise<void> {
  for (let steps = 0; steps < 40; steps += 1) {
    await fillPage(page, kinds);
    await saved(page);
    const review = page.getByRole('button', { name: '核对内容' });
    if ((await review.count()) > 0) {
      await review.click();
      await shows(page.getByRole('heading', { level: 1, name: '核对内容' }));
      return;
    }
    const title = () => page.getByRole('heading', { level: 1 }).allInnerTexts();
    const before = await title();
    await page.getByRole('button', { name: '下一步' }).click();
    await expect.poll(title, { message: 'to be on the next page' }).not.toEqual(before);
  }
  throw new Error('the form has no end');
}

/** Questions and answers as a reader sees them, whatever the page. */
export async function answersOn(page: Screen): Promise<string[]> {
  const rows = page.locator('dl.answers .answer');
  return rows.evaluateAll((all) =>
    all.map((row) => {
      const path = row.querySelector('.answer__signature path')?.getAttribute('d');
      const label = row.querySelector('dt')?.textContent ?? '';
      return `${label}: ${path ?? row.querySelector('dd')?.textContent ?? ''}`;
    }));
}

/** Opens the full form of a firm that is found by its name. */
export async function startVisit(page: Screen, firm: string): Promise<void> {
  await page.getByRole('link', { name: '开始走访' }).first().click();
  await page.getByRole('searchbox').fill(firm);
  await page.locator('.virtual .row').filter({ hasText: firm }).first().click();
  await shows(page.getByRole('heading', { level: 1, name: firm }));
  await page.getByRole('button', { name: '完整表单' }).click();
  await shows(page.getByRole('heading', { level: 1, name: /^1\/\d+ 走访信息/ }));
}
