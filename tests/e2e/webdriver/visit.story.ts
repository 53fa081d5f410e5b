// One visit from an offline phone to the server to a second phone, in the engine that ENGINE names; and what that
// engine alone gets wrong.

import { readyForOffline, signIn } from '../support/app';
import { shows } from '../support/screen';
import { colleagueReads, FIRM, uploads, visitOffline } from '../support/story';
import { test } from './fixtures';

const PASSWORD = 'ruyuan-demo';

test('a visit filled offline reaches a colleague', async ({ open }) => {
  const [li, wang] = [await open('li'), await open('wang')];
  console.log(`in ${li.engine}`);
  await signIn(li.page, 'limin', PASSWORD);
  await signIn(wang.page, 'wangqiang', PASSWORD);
  for (const person of [li, wang]) {
    await person.page.goto('/enterprises');
    await shows(person.page.locator('.virtual .row').first());
  }
  await readyForOffline(li.page);
  const visit = await visitOffline(li);

  // Nobody has it yet: the colleague waits on the list of visits, without touching it again.
  await wang.page.goto('/visits');
  await shows(wang.page.getByText('还没有走访记录'));

  await li.restore();
  await uploads(li.page, visit);
  await colleagueReads(wang.page, visit);
});

test('a page that is left while it writes holds up no other, and goes on when it is shown again', async ({ open }) => {
  const { page } = await open('li');
  await signIn(page, 'limin', PASSWORD);
  await page.goto('/enterprises');
  await shows(page.locator('.virtual .row').first());
  // A transaction that never comes to its end.
  await page.evaluate(async () => {
    const name = (await indexedDB.databases())[0].name ?? '';
    const request = indexedDB.open(name);
    await new Promise((done) => { request.onsuccess = done; });
    const meta = request.result.transaction('meta', 'readwrite').objectStore('meta');
    const again = () => { meta.get('rev').onsuccess = again; };
    again();
  });
  await page.goto('/visits');
  await shows(page.getByText('还没有走访记录'));

  await page.evaluate(() => { setTimeout(() => history.back()); });
  await page.getByRole('link', { name: '添加企业' }).click();
  await page.getByLabel('企业名称').fill(FIRM);
  await page.getByRole('button', { name: '保存企业' }).click();
  await shows(page.getByRole('heading', { level: 1, name: FIRM }));
});
