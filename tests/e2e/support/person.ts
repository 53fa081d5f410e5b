// A person at work, through the app's own screens, and looking afterwards what is still there.

import { expect, type Page } from '@playwright/test';
import type { Chance } from './chance';
import { smallPhotograph } from './photograph';
import type { Diary, Firm, Visit } from './diary';

/** So high that every row of a short list is drawn. */
const TALL = { width: 390, height: 9_000 };
const WORDS = '#q-companions';

const title = (page: Page, name: string | RegExp) =>
  page.getByRole('heading', { level: 1, name, exact: true }).waitFor();

/** Goes to one of the tabs; where there are none, back first. */
async function toTab(page: Page, name: string): Promise<void> {
  const tab = page.getByRole('navigation').getByRole('link', { name, exact: true });
  while (!(await tab.isVisible())) await page.getByRole('link', { name: '返回' }).click();
  await tab.click();
  await title(page, name);
}

async function toPage(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: '目录' }).click();
  await page.getByRole('dialog').getByRole('button', { name }).first().click();
  await title(page, new RegExp(name));
}

const choice = (page: Page, question: string, answer: string) =>
  page.locator('.question').filter({ hasText: question }).locator('.choice').filter({ hasText: answer }).first();

export class Person {
  private picture?: Buffer;

  constructor(private readonly diary: Diary, private readonly chance: Chance) {}

  /** Adds a firm and stays there. */
  async addFirm(page: Page): Promise<Firm> {
    await toTab(page, '企业');
    await page.getByRole('link', { name: '添加企业' }).first().click();
    const firm = this.diary.newFirm();
    await page.getByLabel('企业名称').fill(firm.name);
    await page.getByRole('button', { name: '保存企业' }).click();
    await title(page, firm.name);
    return firm;
  }

  /** Changes the firm that is on screen. */
  async change(page: Page, firm: Firm): Promise<void> {
    await page.getByRole('link', { name: '修改企业' }).click();
    const text = this.diary.write(firm.addresses, '地址');
    await page.locator('#f-address').fill(text);
    await page.getByRole('button', { name: '保存企业' }).click();
    await page.locator('dd').filter({ hasText: text }).waitFor();
  }

  /** Begins a visit to the firm that is on screen. */
  private async startVisit(page: Page, firm: Firm): Promise<Visit> {
    await page.getByRole('link', { name: '开始走访' }).first().click();
    await page.getByRole('button', { name: '完整表单' }).click();
    await title(page, /^1\/\d+ 走访信息$/);
    const visit: Visit = { firm, path: new URL(page.url()).pathname, words: [], rights: [], photo: 'no', submitted: 'no' };
    firm.visit = visit;
    return visit;
  }

  /** Types into the form that is on screen, sometimes faster than the phone saves. */
  private async type(page: Page, visit: Visit): Promise<void> {
    for (let turns = this.chance.between(3, 8); turns > 0; turns -= 1) {
      await page.locator(WORDS).fill(this.diary.write(visit.words, '陪同'));
      if (this.chance.next() < 0.5) await this.isSaved(page);
    }
  }

  private async isSaved(page: Page): Promise<void> {
    await page.locator('.saved[data-status=saved]').waitFor();
  }

  /** Takes a photo on the form that is on screen. */
  private async takePhoto(page: Page, visit: Visit): Promise<void> {
    this.picture ??= await smallPhotograph(page);
    await toPage(page, '问题与诉求');
    const shown = page.locator('.photo__image');
    if ((await shown.count()) > 0) return;
    visit.photo = 'tried';
    const file = { name: 'IMG_1.jpg', mimeType: 'image/jpeg', buffer: this.picture };
    await page.locator('input[type=file][capture]').setInputFiles(file);
    await shown.waitFor();
    visit.photo = 'said';
  }

  /** A visit with a photo from its beginning to its end. */
  async visitWithPhoto(page: Page): Promise<void> {
    const visit = await this.startVisit(page, await this.addFirm(page));
    await this.type(page, visit);
    await this.takePhoto(page, visit);
    await this.submit(page, visit);
  }

  /** Fills what is left of the form that is on screen, and submits it. */
  private async submit(page: Page, visit: Visit): Promise<void> {
    if (visit.photo === 'no' && this.chance.next() < 0.3) await this.takePhoto(page, visit);
    await toPage(page, '走访信息');
    await choice(page, '走访方式', '实地').click();
    await toPage(page, '拟质押清单');
    if (visit.rights.length === 0) {
      if ((await page.locator('.instance').count()) === 0) await page.locator('.repeat > .button--outline').click();
      await page.getByLabel('权利名称').fill(this.diary.write(visit.rights, '专利'));
      await this.isSaved(page);
    }
    await toPage(page, '融资需求');
    await choice(page, '有无融资需求', '无').click();
    await this.isSaved(page);
    await page.getByRole('button', { name: '目录' }).click();
    await page.getByRole('dialog').locator('li button').last().click();
    await page.getByRole('button', { name: '核对内容' }).click();
    await title(page, '核对内容');
    visit.submitted = 'tried';
    await page.getByRole('button', { name: '提交走访' }).click();
    await title(page, visit.firm.name);
  }

  /** A firm, changes to it, a visit: all that a day has, again and again. */
  async work(page: Page): Promise<never> {
    for (;;) {
      await this.finishVisits(page);
      const firm = await this.addFirm(page);
      for (let turns = this.chance.between(0, 2); turns > 0; turns -= 1) await this.change(page, firm);
      const visit = await this.startVisit(page, firm);
      await this.type(page, visit);
      await this.submit(page, visit);
    }
  }

  /** Goes on with every form that was left half-filled, and submits it. */
  async finishVisits(page: Page): Promise<void> {
    for (const visit of this.diary.visits.filter(({ submitted }) => submitted === 'no')) {
      await this.openVisit(page, visit);
      await toPage(page, '走访信息');
      await this.type(page, visit);
      await this.isSaved(page);
      await this.submit(page, visit);
    }
  }

  private async openVisit(page: Page, visit: Visit): Promise<void> {
    await toTab(page, '走访');
    await page.locator('.virtual .row').filter({ hasText: visit.firm.name }).click();
  }

  /** Looks everything up that was ever written here. Says what is wrong. */
  async lookUp(page: Page): Promise<string[]> {
    const wrong: string[] = [];
    const size = page.viewportSize();
    await page.setViewportSize(TALL);
    await toTab(page, '企业');
    await page.getByRole('searchbox').fill(this.diary.tag);
    wrong.push(...this.diary.takeFirms(await this.listed(page)));
    for (const firm of this.diary.firms.filter(({ addresses }) => addresses.length > 0)) {
      await page.locator('.virtual .row').filter({ hasText: firm.name }).click();
      await title(page, firm.name);
      const address = page.locator('.answer').filter({ hasText: '地址' }).locator('dd');
      wrong.push(...this.diary.takeAddress(firm, (await address.allInnerTexts())[0]));
      await page.getByRole('link', { name: '返回' }).click();
    }
    for (const visit of this.diary.visits) wrong.push(...await this.lookUpVisit(page, visit));
    await toTab(page, '我的');
    await page.locator('a[href="/uploads"]').first().click();
    await title(page, '待上传');
    wrong.push(...this.diary.takeQueue(await page.locator('.queue .row__title').allInnerTexts()));
    if (size) await page.setViewportSize(size);
    return wrong;
  }

  /** The names that the list of firms shows once the search for this diary's has been taken, read at one moment. */
  private async listed(page: Page): Promise<string[]> {
    let names: string[] = [];
    await expect.poll(async () => {
      const seen = await page.evaluate(() => {
        const texts = (css: string) => Array.from(document.querySelectorAll(css), (found) => found.textContent ?? '');
        return {
          search: document.querySelector<HTMLInputElement>('.search__input')?.value,
          count: texts('.search__count')[0],
          names: texts('.virtual .row__title'),
        };
      });
      names = seen.names;
      const foreign = names.filter((name) => !name.startsWith(this.diary.tag)).length;
      const drawn = seen.count === `${names.length} 家`;
      return { search: seen.search, drawn, foreign };
    }, { message: 'every firm of this diary is drawn, and no other' })
      .toEqual({ search: this.diary.tag, drawn: true, foreign: 0 });
    return names;
  }

  private async lookUpVisit(page: Page, visit: Visit): Promise<string[]> {
    await toTab(page, '走访');
    const row = page.locator('.virtual .row').filter({ hasText: visit.firm.name });
    if ((await row.count()) !== 1) return [`${await row.count()} visits to ${visit.firm.name} are listed`];
    await row.click();
    const form = page.locator('#form-page');
    await form.or(page.locator('dl.answers')).first().waitFor();
    if ((await form.count()) === 0) {
      const wrong = this.diary.takeVisit(visit, await page.locator('dd').allInnerTexts());
      return [...wrong, ...await this.lookUpPhotos(page, visit)];
    }
    if (visit.submitted === 'said') return [`the submitted visit to ${visit.firm.name} is a draft again`];
    visit.submitted = 'no';
    await toPage(page, '走访信息');
    const wrong = this.diary.takeDraft(visit, await page.locator(WORDS).inputValue());
    await toPage(page, '拟质押清单');
    const rights = page.getByLabel('权利名称');
    const right = (await rights.count()) === 0 ? undefined : await rights.inputValue();
    wrong.push(...this.diary.takeRight(visit, right || undefined));
    await toPage(page, '问题与诉求');
    return [...wrong, ...await this.lookUpPhotos(page, visit)];
  }

  /** A photo is read from the phone's storage after the page is drawn. */
  private async lookUpPhotos(page: Page, visit: Visit): Promise<string[]> {
    const places = await page.locator('.photos .photo').count();
    const images = page.locator('.photo__image');
    if (places > 0) await images.nth(places - 1).waitFor({ timeout: 10_000 }).catch(() => {});
    return this.diary.takePhotos(visit, await images.count());
  }
}
