// The engines that are driven by WebDriver, and how a profile of each is opened. `cargo xtask test --only engines`
// sets the engine and the paths.

import { type ChildProcess, spawn } from 'node:child_process';
import { connect } from 'node:net';
import { freePort } from '../support/server';
import { Session } from './session';

const START_LIMIT = 30_000;
const STOP_LIMIT = 10_000;

function set(variable: string): string {
  const value = process.env[variable];
  if (!value) throw new Error(`${variable} is not set: run cargo xtask test --only engines`);
  return value;
}

/** What opens a browser of each engine on a profile's folder. */
const CAPABILITIES: Record<string, (binary: string, folder: string) => object> = {
  firefox: (binary, folder) => ({
    'moz:firefoxOptions': {
      binary,
      args: ['-headless', '-profile', folder],
      prefs: { 'devtools.console.stdout.content': true, 'intl.accept_languages': 'zh-CN' },
    },
  }),
  webkit: (binary, folder) => ({ 'webkitgtk:browserOptions': { binary, args: [folder] } }),
};

/** What opens a browser of this run's engine. */
export function capabilities(folder: string): object {
  const make = CAPABILITIES[set('ENGINE')];
  if (!make) throw new Error(`ENGINE is one of ${Object.keys(CAPABILITIES).join(', ')}`);
  return make(set('ENGINE_BROWSER'), folder);
}

/** A driver of its own for each browser: WebKit's has one session at a time, and a group that can be ended. */
export class Driver {
  /** What driver and browser have printed: the page's console is in it. */
  log = '';
  private readonly ended: Promise<unknown>;

  private constructor(private readonly child: ChildProcess, readonly port: number) {
    this.ended = new Promise((done) => child.once('exit', done));
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (text: Buffer) => {
        this.log += text;
      });
    }
  }

  static async start(): Promise<Driver> {
    const program = set('ENGINE_DRIVER');
    const port = await freePort();
    const child = spawn(program, [`--port=${port}`], { detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    const driver = new Driver(child, port);
    let failed = '';
    child.once('error', (error) => { failed = error.message; });
    const end = Date.now() + START_LIMIT;
    while (!(await answers(port))) {
      if (failed || child.exitCode !== null || Date.now() > end) {
        await driver.stop();
        throw new Error(`${program} does not listen: ${failed}\n${driver.log}`);
      }
      await new Promise((later) => setTimeout(later, 50));
    }
    return driver;
  }

  open(capabilities: object): Promise<Session> {
    return Session.open(`http://127.0.0.1:${this.port}`, capabilities).catch((error) => {
      throw new Error(`no session: ${error}\n${this.log}`);
    });
  }

  /** Ends the driver and whatever it has started. */
  async stop(): Promise<void> {
    this.signal('SIGTERM');
    const timer = setTimeout(() => this.signal('SIGKILL'), STOP_LIMIT);
    if (this.child.pid !== undefined) await this.ended;
    clearTimeout(timer);
    this.signal('SIGKILL');
  }

  /** To its whole group, of which nobody else is. */
  private signal(name: NodeJS.Signals): void {
    try {
      if (this.child.pid !== undefined) process.kill(-this.child.pid, name);
    } catch {
      // Nobody is left in it.
    }
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => done(true));
    socket.once('error', () => done(false));
    socket.once('close', () => socket.destroy());
    socket.once('connect', () => socket.end());
  });
}
