// One person's browser: a profile folder that outlives the browser, on a line of its own.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Page } from '@playwright/test';
import { appendHalfRecord } from './leveldb';
import { Line } from './line';
import { groupOf, waitUntilGone } from './processes';
import type { Device } from './screen';
import type { Server } from './server';

export const PHONE = { width: 390, height: 844 };
export const DESKTOP = { width: 1280, height: 800 };

/** The browser that people have; Playwright's own if none is named. */
export const WHOLE = process.env.CHROMIUM_PATH;
/** The same without its windows, if it is there: it starts in half the time. */
export const QUICK = process.env.CHROMIUM_SHELL || WHOLE;

const ARGUMENTS = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-gpu',
  '--disable-quic',
  '--disable-sync',
  '--no-first-run',
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
];

/** Where the browser says that a policy or a script failed; a cut line is no such thing. */
const ALARMING = /Content Security Policy|Refused to|panicked|Uncaught/;

export class Profile implements Device {
  /** Broken scripts and refused resources, on any page so far. A story that passes has none. */
  readonly problems: string[] = [];
  private open?: BrowserContext;
  private offline = false;
  /** What is done with every browser of this person before it shows a page. */
  private prepare?: (context: BrowserContext) => Promise<void>;

  private constructor(
    readonly name: string,
    private readonly folder: string,
    private readonly line: Line,
    private readonly browser: typeof WHOLE,
    private readonly viewport: { width: number; height: number },
  ) {}

  /** A person with a profile of their own in this browser. */
  static async create(server: Server, name: string, browser = QUICK, viewport = PHONE): Promise<Profile> {
    const folder = await mkdtemp(join(tmpdir(), `ruyuan-${name}-`));
    const profile = new Profile(name, folder, await Line.open(server.port), browser, viewport);
    await profile.launch();
    return profile;
  }

  get context(): BrowserContext {
    if (!this.open) throw new Error(`the browser of ${this.name} is closed`);
    return this.open;
  }

  /** The first tab. */
  get page(): Page {
    return this.context.pages()[0];
  }

  get origin(): string {
    return this.line.origin;
  }

  /** No network any more: open streams end, new connections are refused, `navigator.onLine` is false. */
  async cut(): Promise<void> {
    this.offline = true;
    await this.line.cut();
    await this.open?.setOffline(true);
  }

  async restore(): Promise<void> {
    this.offline = false;
    await this.line.restore();
    await this.open?.setOffline(false);
  }

  /** Ends the browser and starts it again on the same profile: a cold start, cut if it was cut. */
  async restart(): Promise<Page> {
    await this.close();
    await this.launch();
    return this.page;
  }

  /** From now on; the browser is started anew for it. */
  async prepareWith(prepare: (context: BrowserContext) => Promise<void>): Promise<void> {
    this.prepare = prepare;
    await this.restart();
  }

  /** Holds every piece of data on the line for so many milliseconds, each way. */
  slow(delay: number): void {
    this.line.delay = delay;
  }

  /** Ends every process of the browser at once, as a dead battery does, and waits until none is left. */
  async kill(): Promise<void> {
    const ended = new Promise((done) => this.context.once('close', done));
    const group = await groupOf(this.folder);
    process.kill(-group, 'SIGKILL');
    await ended;
    this.open = undefined;
    await waitUntilGone(group, this.folder);
  }

  /** What stands on disk when the killed browser was just appending to the log of IndexedDB: half a record. */
  async tear(): Promise<void> {
    await appendHalfRecord(join(this.folder, 'Default', 'IndexedDB'));
  }

  async start(): Promise<Page> {
    await this.launch();
    return this.page;
  }

  async close(): Promise<void> {
    await this.open?.close();
    this.open = undefined;
  }

  async dispose(): Promise<void> {
    await this.close();
    await this.line.cut();
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }

  private async launch(): Promise<void> {
    this.open = await chromium.launchPersistentContext(this.folder, {
      executablePath: this.browser,
      args: ARGUMENTS,
      baseURL: this.line.origin,
      locale: 'zh-CN',
      timezoneId: 'Asia/Shanghai',
      viewport: this.viewport,
      serviceWorkers: 'allow',
      offline: this.offline,
    });
    this.open.on('weberror', (error) => this.problems.push(String(error.error())));
    this.open.on('console', (message) => {
      if (message.type() === 'error' && ALARMING.test(message.text())) {
        this.problems.push(message.text());
      }
    });
    await this.prepare?.(this.open);
    if (this.open.pages().length === 0) await this.open.newPage();
  }
}
