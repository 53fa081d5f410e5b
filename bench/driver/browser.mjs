// A Chromium on a profile folder, spoken to over a pipe. By hand and not by a library, because the benchmark has to
// end it as a dead battery does, by its process id, and because nothing should listen in while it is timed.

import { spawn } from 'node:child_process';
import { endWithDriver } from './server.mjs';

const ARGUMENTS = [
  '--headless', '--remote-debugging-pipe', '--no-first-run', '--no-default-browser-check', '--disable-gpu',
  '--disable-quic', '--disable-background-networking', '--disable-component-update', '--disable-sync',
  '--disable-extensions', '--disable-default-apps', '--lang=zh-CN', '--window-size=390,844',
  // A page that is not in front must not be slowed down: two pages are open at once.
  '--disable-background-timer-throttling', '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
];

/** Longest wait for one answer of the browser: a step of the slowest peer takes well under a minute. */
const PATIENCE_MS = 120_000;

export class Browser {
  #next = 1;
  #waiting = new Map();
  #listeners = new Set();
  #child;
  #ended;

  static async launch(profile) {
    const browser = new Browser();
    await browser.#start(profile);
    return browser;
  }

  async #start(profile) {
    const child = spawn(process.env.CHROMIUM_PATH || 'chromium', [...ARGUMENTS, `--user-data-dir=${profile}`, 'about:blank'], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
      // A group of its own, so that its helpers end with it and nobody else does.
      detached: true,
    });
    endWithDriver(child, -child.pid);
    this.#child = child;
    this.#ended = new Promise((done) => child.once('exit', done));
    child.once('error', (error) => this.#fail(error));
    child.once('exit', () => this.#fail(new Error('the browser has ended')));
    child.stdio[3].on('error', () => {});
    let rest = [];
    child.stdio[4].on('data', (chunk) => {
      let at = 0;
      for (let end; (end = chunk.indexOf(0, at)) >= 0; at = end + 1) {
        rest.push(chunk.subarray(at, end));
        this.#take(JSON.parse(Buffer.concat(rest).toString('utf8')));
        rest = [];
      }
      if (at < chunk.length) rest.push(chunk.subarray(at));
    });
    await this.send('Browser.getVersion');
  }

  #take(message) {
    if (message.id === undefined) {
      for (const listener of this.#listeners) listener(message);
      return;
    }
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    clearTimeout(waiting?.timer);
    if (message.error) waiting?.failed(new Error(message.error.message));
    else waiting?.done(message.result);
  }

  #fail(error) {
    for (const { failed, timer } of this.#waiting.values()) {
      clearTimeout(timer);
      failed(error);
    }
    this.#waiting.clear();
  }

  send(method, params = {}, sessionId = undefined) {
    const id = this.#next++;
    return new Promise((done, failed) => {
      const timer = setTimeout(() => failed(new Error(`no answer to ${method}`)), PATIENCE_MS);
      this.#waiting.set(id, { done, failed, timer });
      this.#child.stdio[3].write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    });
  }

  on(listener) {
    this.#listeners.add(listener);
  }

  async version() {
    return (await this.send('Browser.getVersion')).product;
  }

  async open() {
    const { targetId } = await this.send('Target.createTarget', { url: 'about:blank' });
    const { sessionId } = await this.send('Target.attachToTarget', { targetId, flatten: true });
    return new Page(this, sessionId);
  }

  /** Ends it at once, with nothing written that was not written. */
  async kill() {
    try {
      process.kill(-this.#child.pid, 'SIGKILL');
    } catch (error) {
      if (error.code !== 'ESRCH') throw error;
    }
    await this.#ended;
  }
}

class Page {
  constructor(browser, session) {
    this.browser = browser;
    this.session = session;
  }

  send(method, params) {
    return this.browser.send(method, params, this.session);
  }

  async evaluate(expression) {
    const { result, exceptionDetails } = await this.send('Runtime.evaluate', {
      expression, awaitPromise: true, returnByValue: true,
    });
    if (exceptionDetails) {
      throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    }
    return result.value;
  }

  /** Goes to an address and waits until the page says that it is ready. */
  async visit(url) {
    await this.send('Page.navigate', { url });
    const deadline = Date.now() + 120_000;
    while (!(await this.evaluate('window.ready === true').catch(() => false))) {
      const failed = await this.evaluate('window.failed').catch(() => undefined);
      if (failed || Date.now() > deadline) throw new Error(`${url} is not ready: ${failed}`);
      await new Promise((done) => setTimeout(done, 20));
    }
  }

  async run(step, argument = {}) {
    return JSON.parse(await this.evaluate(`window.run(${JSON.stringify(step)}, ${JSON.stringify(argument)})`));
  }

  /** Counts requests and messages of sockets from now on, into `counted` if there is one. */
  async countRequests(counted = { requests: 0, messages: 0 }) {
    this.browser.on(({ method, sessionId }) => {
      if (sessionId !== this.session) return;
      if (method === 'Network.requestWillBeSent') counted.requests += 1;
      if (method === 'Network.webSocketFrameSent' || method === 'Network.webSocketFrameReceived') {
        counted.messages += 1;
      }
    });
    await this.send('Network.enable', { maxTotalBufferSize: 0, maxResourceBufferSize: 0 });
    return counted;
  }
}
