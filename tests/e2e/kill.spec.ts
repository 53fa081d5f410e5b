// A phone whose browser is killed in the middle of what it does: while its person edits, while a large park is loaded,
// while it pulls, folds its journal and uploads. Nothing that it said was saved is lost, every start is clean, and in
// the end everything is on the server once.
//
// KILLS says how often (5), KILL_SEED repeats what a run has printed.

import type { Page } from '@playwright/test';
import { Chance } from './support/chance';
import { Diary } from './support/diary';
import { expect, type Profile, readyForOffline, signIn, test } from './support/fixtures';
import { Firms, Office } from './support/office';
import { Person } from './support/person';
import { type Happening, Witness } from './support/witness';

test.use({ whole: true });

const PASSWORD = 'ruyuan-demo';
const KILLS = Number(process.env.KILLS || 5);
const SEED = Number(process.env.KILL_SEED || Date.now() % 1_000_000);
/** Kills that one phone lives through: a park is loaded for the first time only once. */
const MOST_KILLS = 10;
/** The demo's firms of the park. */
const DEMO_FIRMS = 120;
/** A colleague's: more than a snapshot is worth while for, and so many long ones that a change of all of them makes a
 * journal of more than a megabyte. */
const FIRMS = { short: 1_000, long: 520 };
/** Within this long every moment comes that a kill waits for. */
const PATIENCE = 30_000;

type Phase = 'load' | 'edit' | 'pull' | 'fold' | 'upload' | 'photo';

/** When the phone dies: so many milliseconds after something has happened for the so-manieth time. */
interface Moment {
  happening: Happening;
  count: number;
  wait: number;
}

function momentOf(phase: Phase, chance: Chance): Moment {
  const at = (happening: Happening, most: number, longest: number) =>
    ({ happening, count: chance.between(1, most), wait: chance.between(0, longest) });
  switch (phase) {
    case 'load': return at('write:snapshot', 5, 60);
    case 'pull': return at('write:journal', 2, 40);
    case 'fold': return at('write:snapshot', 7, 25);
    case 'upload': return chance.next() < 0.5 ? at('request:push', 1, 120) : at('write:acked', 6, 15);
    case 'photo': return at('request:blob', 3, 60);
    case 'edit': return chance.pick([
      () => at('write:outbox', 6, 15),
      () => at('write:drafts', 16, 15),
      // At once: what was said must be true already. Of every three twice: only this finds words that are said to be
      // saved while they are on their way.
      () => at('said', 14, 0),
      () => at('said', 14, 0),
      () => at('said', 14, 0),
      () => at('said', 14, 0),
    ])();
  }
}

function planOf(kills: number, chance: Chance): Phase[] {
  const plan: Phase[] = ['load'];
  while (plan.length < kills) plan.push(...chance.shuffled(['edit', 'pull', 'fold', 'upload'] as const));
  return plan.slice(0, kills);
}

class Story {
  readonly chance: Chance;
  readonly diary: Diary;
  readonly person: Person;
  readonly witness: Witness;
  kills = 0;

  constructor(readonly phone: Profile, readonly firms: Firms, seed: number) {
    this.chance = new Chance(seed);
    this.diary = new Diary(`甲${seed}`);
    // Its own: how far a person comes until the phone dies is a matter of time, and would change every later draw.
    this.person = new Person(this.diary, new Chance(seed + 1));
    this.witness = new Witness(this.diary);
  }

  async cut(): Promise<void> {
    await this.phone.cut();
    this.diary.cut(true);
  }

  async restore(): Promise<void> {
    this.diary.cut(false);
    await this.phone.restore();
  }

  /** Does something until the moment comes, kills the browser in it, and looks what is there after a start. */
  async die(phase: Phase, act: (page: Page) => Promise<unknown>): Promise<void> {
    const moment = momentOf(phase, this.chance);
    const words = `${phase}: ${moment.wait} ms after ${moment.happening}, number ${moment.count}`;
    const come = this.witness.when(moment.happening, moment.count);
    let dead = false;
    const acting = act(this.phone.page).catch((error) => {
      if (!dead) throw error;
    });
    const late = new Promise<never>((_, failed) => {
      setTimeout(() => failed(new Error(`this moment did not come: ${words}`)), PATIENCE).unref();
    });
    late.catch(() => {});
    // What is done may be over before; only its failing ends the wait.
    await Promise.race([come, late, acting.then(() => come)]);
    if (moment.wait > 0) await new Promise((done) => setTimeout(done, moment.wait));
    dead = true;
    await this.phone.kill();
    await acting;
    this.kills += 1;
    console.log(`  kill ${this.kills}, ${words}; ${this.diary.said} things were said to be saved`);

    await this.cut();
    const page = await this.startsCleanly();
    expect(await this.person.lookUp(page), words).toEqual([]);
    this.phone.slow(this.chance.pick([0, 0, 5, 40]));
  }

  private async startsCleanly(): Promise<Page> {
    const page = await this.phone.start();
    await page.goto('/');
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('今日');
    await expect(page.getByRole('alert')).toHaveCount(0);
    await expect(page.getByText('浏览器清除过本机数据'), 'the browser has thrown its database away').toHaveCount(0);
    return page;
  }

  /** Waits until nothing is left to be sent and the whole park is here. */
  async catchUp(): Promise<void> {
    this.phone.slow(0);
    await this.restore();
    const { page } = this.phone;
    await page.goto('/uploads');
    await page.getByRole('button', { name: '立即上传' }).click();
    await expect(page.getByText('内容已全部上传')).toBeVisible({ timeout: 30_000 });
    await page.goto('/enterprises');
    const whole = DEMO_FIRMS + this.firms.count + this.diary.firms.length;
    await expect(page.locator('.search__count')).toHaveText(`${whole} 家`, { timeout: 30_000 });
  }
}

/** Signs in, and has only begun with the park when the line is cut. */
async function signInOnly(story: Story): Promise<void> {
  const { phone } = story;
  await phone.prepareWith(story.witness.watch);
  await phone.page.goto('/');
  await readyForOffline(phone.page);
  phone.slow(150);
  await signIn(phone.page, 'limin', PASSWORD);
  await story.cut();
  phone.slow(20);
  // A browser writes down only some time later who is signed in: this story is about what people type.
  await phone.restart();
  await phone.page.goto('/');
}

async function live(story: Story, kills: number): Promise<void> {
  const { phone, person, firms, chance } = story;
  for (const phase of planOf(kills, chance)) {
    switch (phase) {
      case 'load':
        await story.die('load', () => story.restore());
        await story.catchUp();
        story.witness.chunks = 0;
        break;
      case 'edit':
        if (chance.next() < 0.5) await story.restore();
        await story.die('edit', (page) => person.work(page));
        break;
      case 'pull':
      case 'fold':
        await firms.revise();
        await story.die(phase, async (page) => {
          await story.restore();
          await person.work(page);
        });
        break;
      case 'upload':
        await story.cut();
        if (chance.next() < 0.5) {
          await person.visitWithPhoto(phone.page);
          await story.die('photo', () => story.restore());
          break;
        }
        for (let turns = chance.between(3, 5); turns > 0; turns -= 1) {
          const firm = await person.addFirm(phone.page);
          await person.change(phone.page, firm);
        }
        await story.die('upload', () => story.restore());
        break;
    }
  }
}

for (let first = 0; first < KILLS; first += MOST_KILLS) {
  const kills = Math.min(MOST_KILLS, KILLS - first);
  const seed = SEED + first;
  const phone = first / MOST_KILLS + 1;
  // The seed is drawn in each process that reads this file, so it cannot be in the name.
  test(`killed ${kills} times, nothing is lost and every start is clean (phone ${phone})`, async ({ open, server }) => {
    test.setTimeout(120_000 + kills * 30_000);
    console.log(`again with: KILL_SEED=${seed} KILLS=${kills}`);
    const firms = new Firms(await Office.open(server.port, 'wangqiang', PASSWORD), FIRMS.short, FIRMS.long);
    await firms.create();
    const story = new Story(await open('phone'), firms, seed);
    await signInOnly(story);
    await live(story, kills);

    await story.restore();
    await story.person.finishVisits(story.phone.page);
    await story.catchUp();
    expect(await story.person.lookUp(story.phone.page), 'on the phone, in the end').toEqual([]);
    // A base that was not whole differs from the server's, and is loaded anew without a word.
    expect(story.witness.chunks, 'chunks loaded after the first load').toBe(0);
    const chen = await Office.open(server.port, 'chen', PASSWORD);
    const rows = await chen.rows();
    for (const photo of rows.filter(({ kind }) => kind === 'attachment')) {
      expect(await chen.bytes(photo.id), 'bytes of a photo').toBe(photo.fields.size);
    }
    expect([...firms.wrongIn(rows), ...story.diary.wrongIn(rows)], 'on the server').toEqual([]);
    expect(story.kills).toBe(kills);
  });
}

test('a browser killed in the middle of its own writing keeps what was saved before and after', async ({ open }) => {
  const li = await open('li');
  await signIn(li.page, 'limin', PASSWORD);
  await readyForOffline(li.page);
  await li.cut();
  // The browser writes down who is signed in some seconds later; a start of it does so at once.
  await li.restart();
  const names = ['断电前的企业', '断电后的企业', '又一家企业'];
  for (const [index, name] of names.entries()) {
    const page = li.page;
    await page.goto('/enterprises/new');
    await page.getByLabel('企业名称').fill(name);
    await page.getByRole('button', { name: '保存企业' }).click();
    await expect(page.getByRole('heading', { level: 1, name, exact: true })).toBeVisible();
    await li.kill();
    await li.tear();
    await li.start();
    await li.page.goto('/enterprises');
    for (const saved of names.slice(0, index + 1)) {
      await li.page.getByRole('searchbox').fill(saved);
      await expect(li.page.locator('.virtual .row__title')).toHaveText([saved]);
    }
  }
});
