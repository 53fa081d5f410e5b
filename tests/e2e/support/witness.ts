// What a page says and writes, heard at once, while it happens: for ending it in the middle of a write, or right after
// it has said that something is saved. It changes nothing of what the page does.

import type { BrowserContext } from '@playwright/test';

/** What is on screen: where, the title, and the values of what is shown. */
export interface Shown {
  path: string;
  title: string;
  values: string[];
}

interface Report {
  /** A store of the database that is being written to. */
  wrote?: string;
  /** What stands in the field in use when the form says that it is saved. */
  saved?: string;
  shown?: Shown;
}

/** A moment of the page's life: a write to a store, a request, something said to be saved. */
export type Happening = 'write:outbox' | 'write:drafts' | 'write:acked' | 'write:journal' | 'write:snapshot'
  | 'request:push' | 'request:chunk' | 'request:blob' | 'said';

export interface Listener {
  /** The form says that this is saved. */
  saved(text: string): boolean;
  /** This is on screen. */
  shown(shown: Shown): boolean;
}

export class Witness {
  private waiting?: { happening: Happening; left: number; come: () => void };
  /** How often a chunk of a snapshot was asked for. */
  chunks = 0;

  /** `listener` says of each report whether it was news that something is saved. */
  constructor(private readonly listener: Listener) {}

  readonly watch = async (context: BrowserContext): Promise<void> => {
    await context.exposeBinding('witnessHears', (_, report: Report) => this.hear(report));
    await context.addInitScript(report);
    context.on('request', (request) => {
      const { pathname } = new URL(request.url());
      if (pathname === '/api/sync/push') this.happens('request:push');
      if (pathname.startsWith('/api/sync/blobs')) this.happens('request:blob');
      if (pathname.startsWith('/api/sync/snapshots/')) {
        this.chunks += 1;
        this.happens('request:chunk');
      }
    });
  };

  /** Comes true when it happens for the `count`th time from now on. */
  when(happening: Happening, count: number): Promise<void> {
    return new Promise((come) => {
      this.waiting = { happening, left: count, come };
    });
  }

  private hear({ wrote, saved, shown }: Report): void {
    if (wrote !== undefined) this.happens(`write:${wrote}` as Happening);
    if (saved !== undefined && this.listener.saved(saved)) this.happens('said');
    if (shown !== undefined && this.listener.shown(shown)) this.happens('said');
  }

  private happens(happening: Happening): void {
    const waiting = this.waiting;
    if (waiting?.happening !== happening) return;
    waiting.left -= 1;
    if (waiting.left > 0) return;
    this.waiting = undefined;
    waiting.come();
  }
}

/** Runs in every page before its own scripts. */
function report(): void {
  const tell = (what: Report) => void Reflect.get(window, 'witnessHears')(what);
  for (const name of ['put', 'add'] as const) {
    const write = IDBObjectStore.prototype[name];
    IDBObjectStore.prototype[name] = function (...given) {
      const request = write.apply(this, given);
      tell({ wrote: this.name });
      return request;
    };
  }
  const say = () => {
    const field = document.activeElement;
    const says = document.querySelector<HTMLElement>('.saved')?.dataset.status === 'saved';
    if (says && field instanceof HTMLInputElement) tell({ saved: field.value });
  };
  // A form that goes on saying so while one types says it of what has just been typed: from the next frame on a
  // person can read it.
  addEventListener('input', () => requestAnimationFrame(say));
  let last = '';
  const look = (changes: MutationRecord[]) => {
    if (changes.some(({ attributeName }) => attributeName === 'data-status')) say();
    const texts = (css: string) => Array.from(document.querySelectorAll(css), (found) => found.textContent ?? '');
    const shown = { path: location.pathname, title: texts('h1')[0] ?? '', values: texts('dd') };
    const now = JSON.stringify(shown);
    if (now === last) return;
    last = now;
    tell({ shown });
  };
  new MutationObserver(look).observe(document, {
    subtree: true, childList: true, characterData: true, attributeFilter: ['data-status'],
  });
}
