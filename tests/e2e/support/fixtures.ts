// What a story is given: a server of its own, and as many people's browsers as it asks for.
//
//   test('...', async ({ server, open }) => {
//     const li = await open('li');          // a separate Chromium profile, 390 × 844
//     await signIn(li.page, '...', '...');
//     await li.cut();                       // the network is gone
//     const page = await li.restart();      // cold start
//     await li.restore();
//   });

import { test as base } from '@playwright/test';
import { Profile, QUICK, WHOLE } from './profile';
import { Server } from './server';

/** A story with a server of its own. */
export const withServer = base.extend<{ server: Server }>({
  server: async ({}, use, info) => {
    const server = await Server.start();
    await use(server);
    await server.dispose();
    if (info.status !== info.expectedStatus) {
      await info.attach('server log', { body: server.log, contentType: 'text/plain' });
      console.log(server.log.slice(-4000));
    }
  },
});

interface Stage {
  /** Whether the browser is the one that people have: what a kill leaves on a disk is told by that one. */
  whole: boolean;
  /** Opens a browser for a person; `viewport` for somebody at a desk. */
  open: (name: string, viewport?: { width: number; height: number }) => Promise<Profile>;
}

export const test = withServer.extend<Stage>({
  whole: [false, { option: true }],
  open: async ({ server, whole }, use, info) => {
    const browser = whole ? WHOLE : QUICK;
    const profiles: Profile[] = [];
    await use(async (name, viewport) => {
      const profile = await Profile.create(server, name, browser, viewport);
      profiles.push(profile);
      return profile;
    });
    const failed = info.status !== info.expectedStatus;
    for (const profile of profiles) {
      if (failed) {
        const path = info.outputPath(`${profile.name}.png`);
        await profile.page.screenshot({ path, timeout: 5_000 }).catch(() => {});
      }
      await profile.dispose();
    }
    const problems = profiles.flatMap(({ name, problems }) =>
      problems.map((problem) => `${name}: ${problem}`));
    expect(problems, 'broken scripts and refused resources').toEqual([]);
  },
});

export const expect = test.expect;
export { axeCheck, shoot } from './appearance';
export { readyForOffline, signIn, storedText } from './app';
export { DESKTOP, PHONE, Profile } from './profile';
