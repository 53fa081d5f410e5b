// The part of W3C WebDriver that a story needs (https://www.w3.org/TR/webdriver2/), over fetch. A dozen
// requests do not pay for a package, and those there are ask for a newer Node.js than the project does.

/** What the protocol calls an element; its key is a constant of the standard. */
const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf';
export interface Element {
  [ELEMENT]: string;
}

/** No request takes longer: what waits, waits in the story. Starting a browser is the longest. */
const PATIENCE = 60_000;

/** An answer that is an error, with the standard's name of it. */
export class Refused extends Error {
  constructor(readonly code: string, what: string) {
    super(`${code}: ${what}`);
  }
}

export class Session {
  private constructor(
    private readonly address: string,
    /** What the browser calls itself. */
    readonly engine: { browserName: string; browserVersion: string },
  ) {}

  static async open(driver: string, capabilities: object): Promise<Session> {
    const asked = { capabilities: { alwaysMatch: capabilities } };
    const opened = await request('POST', `${driver}/session`, asked);
    return new Session(`${driver}/session/${opened.sessionId}`, opened.capabilities);
  }

  async open(url: string): Promise<void> {
    await this.post('url', { url });
  }

  /** As a person does it: what geckodriver calls a refresh goes past the service worker. */
  async reload(): Promise<void> {
    await this.call(() => {
      document.documentElement.dataset.old = '';
      setTimeout(() => location.reload());
    });
    const end = Date.now() + PATIENCE;
    const loaded = () =>
      this.call(() => document.readyState === 'complete' && document.documentElement.dataset.old === undefined)
        // Between two pages there is none to ask.
        .catch(() => false);
    while (!(await loaded())) {
      if (Date.now() > end) throw new Error(`not reloaded in ${PATIENCE} ms`);
      await new Promise((later) => setTimeout(later, 50));
    }
  }

  url(): Promise<string> {
    return request('GET', `${this.address}/url`);
  }

  resize(size: { width: number; height: number }): Promise<unknown> {
    return this.post('window/rect', size);
  }

  /** Calls a function in the page, which knows nothing of what surrounds it here, and waits for its promise. */
  call<T, A extends unknown[]>(read: (...given: A) => T | Promise<T>, ...given: A): Promise<T> {
    return this.run(`(${read})(...given)`, given);
  }

  /** Finds elements and reads them in one breath, so that the page cannot draw itself anew in between. */
  read<T, S>(find: (steps: S) => HTMLElement[], steps: S, read: (all: HTMLElement[]) => T): Promise<T> {
    return this.run(`(${read})((${find})(given[0]))`, [steps]);
  }

  private async run(expression: string, args: unknown[]): Promise<any> {
    const script = `const given = Array.from(arguments), done = given.pop();
      Promise.resolve().then(() => ${expression})
        .then((value) => done({ value }), (error) => done({ error: String(error) }));`;
    const said = await this.post('execute/async', { script, args });
    if (said.error !== undefined) throw new Error(`in the page: ${said.error}`);
    return said.value;
  }

  click(element: Element): Promise<unknown> {
    return this.post(`element/${element[ELEMENT]}/click`, {});
  }

  /** Key by key, as from a keyboard. */
  type(element: Element, text: string): Promise<unknown> {
    return this.post(`element/${element[ELEMENT]}/value`, { text });
  }

  clear(element: Element): Promise<unknown> {
    return this.post(`element/${element[ELEMENT]}/clear`, {});
  }

  /** Moves of one mouse, whose button stays as it is between calls. */
  mouse(actions: object[]): Promise<unknown> {
    return this.post('actions', { actions: [{ type: 'pointer', id: 'mouse', actions }] });
  }

  /** A PNG. */
  async screenshot(): Promise<Buffer> {
    return Buffer.from(await request('GET', `${this.address}/screenshot`), 'base64');
  }

  async close(): Promise<void> {
    await request('DELETE', this.address);
  }

  private post(command: string, body: object): Promise<any> {
    return request('POST', `${this.address}/${command}`, body);
  }
}

async function request(method: string, url: string, body?: object): Promise<any> {
  const answer = await fetch(url, {
    method,
    headers: { 'content-type': 'application/json' },
    body: body && JSON.stringify(body),
    signal: AbortSignal.timeout(PATIENCE),
  });
  const { value } = await answer.json();
  if (!answer.ok) throw new Refused(value.error, value.message);
  return value;
}
