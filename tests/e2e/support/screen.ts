// What a story asks of a page, whichever browser shows it. Playwright's Page and Locator are such a
// Screen and Part as they are; webdriver/screen.ts makes them for browsers that Playwright does not drive.

import { expect } from '@playwright/test';

export interface Named {
  name?: string | RegExp;
  exact?: boolean;
  level?: number;
}

export type Role = 'button' | 'dialog' | 'heading' | 'link' | 'searchbox';

export interface Finder {
  locator(css: string): Part;
  getByRole(role: Role, named?: Named): Part;
  getByText(text: string | RegExp): Part;
  getByLabel(text: string): Part;
}

/** Elements of a page, looked up anew each time. What acts on one waits until there is exactly one. */
export interface Part extends Finder {
  first(): Part;
  nth(index: number): Part;
  filter(options: { hasText: string }): Part;
  count(): Promise<number>;
  isVisible(): Promise<boolean>;
  click(): Promise<void>;
  fill(text: string): Promise<void>;
  check(): Promise<void>;
  blur(): Promise<void>;
  selectOption(option: { label: string }): Promise<unknown>;
  innerText(): Promise<string>;
  allInnerTexts(): Promise<string[]>;
  inputValue(): Promise<string>;
  getAttribute(name: string): Promise<string | null>;
  evaluateAll<T>(read: (all: HTMLElement[]) => T): Promise<T>;
  scrollIntoViewIfNeeded(): Promise<void>;
  boundingBox(): Promise<{ x: number; y: number } | null>;
}

export interface Screen extends Finder {
  mouse: {
    move(x: number, y: number, options?: { steps?: number }): Promise<void>;
    down(): Promise<void>;
    up(): Promise<void>;
  };
  goto(path: string): Promise<unknown>;
  reload(): Promise<unknown>;
  url(): string | Promise<string>;
  evaluate<T>(read: () => T | Promise<T>): Promise<T>;
}

/** A person's browser on a line of its own. */
export interface Device {
  readonly name: string;
  readonly page: Screen;
  /** No network any more. */
  cut(): Promise<void>;
  restore(): Promise<void>;
  /** Ends the browser and starts it again on the same profile. */
  restart(): Promise<Screen>;
}

/** Waits until it can be seen. */
export async function shows(part: Part): Promise<void> {
  await expect.poll(() => part.isVisible(), { message: `to be seen: ${part}` }).toBe(true);
}
