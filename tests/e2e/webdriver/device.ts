// One person's browser over WebDriver: a profile folder that outlives the browser, on a line of its own.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Line } from '../support/line';
import type { Device } from '../support/screen';
import type { Server } from '../support/server';
import { capabilities, Driver } from './engine';
import { WebDriverScreen } from './screen';
import type { Session } from './session';

const PHONE = { width: 390, height: 844 };

/** Where the browser says that a policy or a script failed; a cut line is no such thing. */
const ALARMING = /Content-Security-Policy: |Refused to|panicked|RuntimeError|Unhandled Promise|JavaScript error: http/;

export class WebDriverDevice implements Device {
  private driver?: Driver;
  private session?: Session;
  private log = '';

  private constructor(
    readonly name: string,
    private readonly folder: string,
    private readonly line: Line,
  ) {}

  static async create(server: Server, name: string): Promise<WebDriverDevice> {
    const folder = await mkdtemp(join(tmpdir(), `ruyuan-${name}-`));
    const device = new WebDriverDevice(name, folder, await Line.open(server.port));
    await device.launch().catch(async (error) => {
      await device.dispose();
      throw error;
    });
    return device;
  }

  get page(): WebDriverScreen {
    return new WebDriverScreen(this.running, this.line.origin);
  }

  /** Name and version, as the browser itself says them. */
  get engine(): string {
    const { browserName, browserVersion } = this.running.engine;
    return `${browserName} ${browserVersion}`;
  }

  /** Broken scripts and refused resources, on any page so far. */
  get problems(): string[] {
    return this.printed.split('\n').filter((line) => ALARMING.test(line));
  }

  /** Everything that driver and browser have printed. */
  get printed(): string {
    return this.log + (this.driver?.log ?? '');
  }

  /** Open streams end, new connections are refused. These browsers have no switch that also sets `navigator.onLine`. */
  cut(): Promise<void> {
    return this.line.cut();
  }

  restore(): Promise<void> {
    return this.line.restore();
  }

  async restart(): Promise<WebDriverScreen> {
    await this.close();
    await this.launch();
    return this.page;
  }

  /** What there is to see, for a failure: a picture at `path`, and the page's own words. */
  async look(path: string): Promise<string> {
    const seen = async () => {
      await writeFile(path, await this.running.screenshot());
      return this.running.call(() => `${location.href}\n${document.body.innerText}`);
    };
    const text = await seen().catch((error) => `cannot be looked at: ${error}`);
    return `${this.name} (${path}):\n${text}\n-- printed --\n${this.printed.slice(-3_000)}`;
  }

  async dispose(): Promise<void> {
    await this.close();
    await this.line.cut();
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }

  private get running(): Session {
    if (!this.session) throw new Error(`the browser of ${this.name} is closed`);
    return this.session;
  }

  private async launch(): Promise<void> {
    this.driver = await Driver.start();
    this.session = await this.driver.open(capabilities(this.folder));
    await this.session.resize(PHONE);
  }

  private async close(): Promise<void> {
    // A browser that does not end by itself is ended with its driver.
    await this.session?.close().catch(() => {});
    this.session = undefined;
    await this.driver?.stop();
    this.log = this.printed;
    this.driver = undefined;
  }
}
