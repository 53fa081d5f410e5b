// Whole stories through real browsers, a network that can be cut, and the release server.
// `cargo xtask test --only e2e` builds everything and sets CHROMIUM_PATH, CHROMIUM_SHELL, SERVER_BIN, DIST, CONTENT.

import { availableParallelism } from 'node:os';
import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: '.',
  testMatch: '*.spec.ts',
  // Every story has its own server and several browsers, which wait for one another half of the time.
  workers: Math.min(availableParallelism(), 4),
  timeout: 180_000,
  expect: { timeout: 15_000 },
  // A story that passes only the second time has failed.
  retries: 0,
  forbidOnly: !!process.env.CI,
  outputDir: 'results',
  reporter: [['list']],
});
