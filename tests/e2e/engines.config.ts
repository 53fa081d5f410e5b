// One story in the engines that Playwright does not drive as they are: see webdriver/. Playwright only runs it.
// `cargo xtask test --only engines` builds everything and sets ENGINE and the paths.

import { defineConfig } from '@playwright/test';
import stories from './playwright.config';

export default defineConfig(stories, {
  testMatch: '*.story.ts',
  // The windows of one screen have one focus.
  workers: 1,
  // Each answer is several requests, and its text goes in key by key.
  timeout: 420_000,
});
