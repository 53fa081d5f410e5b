// A page over WebDriver, as a story sees it. What acts waits for its element, within a bound.

import type { Finder, Named, Part, Role, Screen } from '../support/screen';
import { find, pattern, type Step, told } from './find';
import { type Element, Refused, type Session } from './session';

/** How long an element is waited for: as long as Playwright's `expect` in these stories. */
const PATIENCE = 15_000;
const PAUSE = 100;

/** The page is moving; a moment later the same may work. */
const PASSING = [
  'element click intercepted',
  'element not interactable',
  'no such element',
  'stale element reference',
];

/** What has a key. Anything else comes from an input method, in one piece; WebKit's driver loses 𠮷 on a keyboard. */
const TYPED = /^[ -~]*$/;

/** Fields that a keyboard fills differently in every browser and language. */
const PICKED = ['date', 'datetime-local', 'time'];

abstract class Found implements Finder {
  constructor(protected readonly session: Session, protected readonly steps: Step[]) {}

  locator(css: string): Part {
    return this.further({ by: 'css', css });
  }

  getByRole(role: Role, { name, exact, level }: Named = {}): Part {
    return this.further({ by: 'role', role, level, name: name === undefined ? undefined : pattern(name, exact) });
  }

  getByText(text: string | RegExp): Part {
    return this.further({ by: 'text', text: pattern(text) });
  }

  getByLabel(text: string): Part {
    return this.further({ by: 'label', text: pattern(text) });
  }

  protected further(step: Step): Part {
    return new WebDriverPart(this.session, [...this.steps, step]);
  }
}

export class WebDriverScreen extends Found implements Screen {
  private at = { x: 0, y: 0 };

  constructor(session: Session, private readonly origin: string) {
    super(session, []);
  }

  readonly mouse = {
    move: async (x: number, y: number, { steps = 1 } = {}): Promise<void> => {
      const from = this.at;
      const moves = Array.from({ length: steps }, (_, index) => {
        const share = (index + 1) / steps;
        const [toX, toY] = [from.x + (x - from.x) * share, from.y + (y - from.y) * share];
        return { type: 'pointerMove', duration: 20, x: Math.round(toX), y: Math.round(toY) };
      });
      await this.session.mouse(moves);
      this.at = { x, y };
    },
    down: async (): Promise<void> => {
      await this.session.mouse([{ type: 'pointerDown', button: 0 }]);
    },
    up: async (): Promise<void> => {
      await this.session.mouse([{ type: 'pointerUp', button: 0 }]);
    },
  };

  goto(path: string): Promise<void> {
    return this.session.open(new URL(path, this.origin).href);
  }

  reload(): Promise<void> {
    return this.session.reload();
  }

  url(): Promise<string> {
    return this.session.url();
  }

  evaluate<T>(read: () => T | Promise<T>): Promise<T> {
    return this.session.call(read);
  }
}

class WebDriverPart extends Found implements Part {
  first(): Part {
    return this.nth(0);
  }

  nth(index: number): Part {
    return this.further({ by: 'nth', index });
  }

  filter({ hasText }: { hasText: string }): Part {
    return this.further({ by: 'has', text: pattern(hasText) });
  }

  count(): Promise<number> {
    return this.evaluateAll((all) => all.length);
  }

  async isVisible(): Promise<boolean> {
    const seen = await this.evaluateAll((all) =>
      all.map((element) => element.checkVisibility({ visibilityProperty: true })));
    if (seen.length > 1) throw new Error(`${this}: ${seen.length} of them`);
    return seen[0] ?? false;
  }

  click(): Promise<void> {
    return this.act(async (element) => {
      await this.session.click(element);
    });
  }

  fill(text: string): Promise<void> {
    return this.act(async (element) => {
      const [type, before] = await this.session.call(
        (field) => [(field as unknown as HTMLInputElement).type, (field as unknown as HTMLInputElement).value],
        element,
      );
      if (PICKED.includes(type)) return this.put(element, text);
      if (before !== '') await this.session.clear(element);
      if (TYPED.test(text)) await this.session.type(element, text);
      else await this.insert(element, text);
      const after = await this.session.call((field) => (field as unknown as HTMLInputElement).value, element);
      if (after !== text) throw new Error(`${this}: typed “${text}”, it has “${after}”`);
    });
  }

  check(): Promise<void> {
    return this.act(async (element) => {
      const checked = () => this.session.call((box) => (box as unknown as HTMLInputElement).checked, element);
      if (!(await checked())) await this.session.click(element);
      if (!(await checked())) throw new Error(`${this}: clicked, and is not checked`);
    });
  }

  selectOption({ label }: { label: string }): Promise<void> {
    return this.act(async (element) => {
      const value = await this.session.call(
        (list, text) =>
          Array.from((list as unknown as HTMLSelectElement).options).find((option) => option.text === text)?.value,
        element,
        label,
      );
      if (value === undefined) throw new Error(`${this}: has no option “${label}”`);
      await this.put(element, value);
    });
  }

  blur(): Promise<void> {
    return this.act((element) => this.session.call((field) => (field as unknown as HTMLElement).blur(), element));
  }

  innerText(): Promise<string> {
    return this.act((element) => this.session.call((it) => (it as unknown as HTMLElement).innerText, element));
  }

  allInnerTexts(): Promise<string[]> {
    return this.evaluateAll((all) => all.map((element) => element.innerText));
  }

  inputValue(): Promise<string> {
    return this.act((element) => this.session.call((it) => (it as unknown as HTMLInputElement).value, element));
  }

  getAttribute(name: string): Promise<string | null> {
    return this.act((element) =>
      this.session.call((it, key) => (it as unknown as HTMLElement).getAttribute(key), element, name), false);
  }

  evaluateAll<T>(read: (all: HTMLElement[]) => T): Promise<T> {
    return this.session.read(find, this.steps, read);
  }

  scrollIntoViewIfNeeded(): Promise<void> {
    return this.act((element) => this.centre(element));
  }

  boundingBox(): Promise<{ x: number; y: number } | null> {
    return this.act((element) =>
      this.session.call((it) => {
        const { x, y } = (it as unknown as HTMLElement).getBoundingClientRect();
        return { x, y };
      }, element));
  }

  toString(): string {
    return told(this.steps);
  }

  private all(): Promise<Element[]> {
    return this.session.call(find as unknown as (steps: Step[]) => Element[], this.steps);
  }

  private visible(element: Element): Promise<boolean> {
    return this.session.call(
      (it) => (it as unknown as HTMLElement).checkVisibility({ visibilityProperty: true }),
      element,
    );
  }

  private centre(element: Element): Promise<void> {
    return this.session.call((it) => (it as unknown as HTMLElement).scrollIntoView({ block: 'center' }), element);
  }

  private insert(element: Element, text: string): Promise<void> {
    return this.session.call(
      (it, words) => {
        (it as unknown as HTMLElement).focus();
        document.execCommand('insertText', false, words);
      },
      element,
      text,
    );
  }

  /** A value that comes from a picker, and the events that follow it. */
  private put(element: Element, value: string): Promise<void> {
    return this.session.call(
      (it, text) => {
        const field = it as unknown as HTMLInputElement;
        field.focus();
        field.value = text;
        field.dispatchEvent(new Event('input', { bubbles: true, composed: true }));
        field.dispatchEvent(new Event('change', { bubbles: true }));
      },
      element,
      value,
    );
  }

  /** Waits for the one element, visible unless said otherwise, and acts on it. */
  private async act<T>(deed: (element: Element) => Promise<T>, seen = true): Promise<T> {
    const end = Date.now() + PATIENCE;
    let reason = '';
    while (Date.now() < end) {
      let element: Element | undefined;
      try {
        const all = await this.all();
        if (all.length === 1) [element] = all;
        if (!element) reason = `${all.length} of them`;
        else if (seen && !(await this.visible(element))) reason = 'not visible';
        else return await deed(element);
      } catch (error) {
        reason = otherwise(error, String(error));
        // A driver brings it to the nearest edge, where a bar of the app may cover it.
        if (element) await this.centre(element).catch((moved) => otherwise(moved, undefined));
      }
      await new Promise((later) => setTimeout(later, PAUSE));
    }
    throw new Error(`${this}: waited ${PATIENCE} ms: ${reason}`);
  }
}

/** Gives the value when the error passes by itself, and throws it when it does not. */
function otherwise<T>(error: unknown, value: T): T {
  if (error instanceof Refused && PASSING.includes(error.code)) return value;
  throw error;
}
