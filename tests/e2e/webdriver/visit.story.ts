// One visit from an offline phone to the server to a second phone, in the engine that ENGINE names.

import { readyForOffline, signIn } from '../support/app';
import { shows } from '../support/screen';
import { colleagueReads, uploads, visitOffline } from '../support/story';
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
