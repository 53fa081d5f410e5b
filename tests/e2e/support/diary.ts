// What one person has typed on a phone that dies again and again, and what the phone has said is saved.
//
// The rule: what was said to be saved is there. What was typed and not said may be there or not, once at most.

import type { Row } from './office';
import type { Listener, Shown } from './witness';

interface Words {
  text: string;
  said: boolean;
}

export interface Firm {
  name: string;
  said: boolean;
  /** Each saved over the one before. */
  addresses: Words[];
  visit?: Visit;
  /** Acts that were said to be saved since the line was cut: they must be in the queue. */
  queued: number;
}

export interface Visit {
  firm: Firm;
  /** Where it is filled. */
  path: string;
  /** Each typed over the one before. */
  words: Words[];
  rights: Words[];
  /** A photo is there once it is shown. */
  photo: 'no' | 'tried' | 'said';
  submitted: 'no' | 'tried' | 'said';
}

/** Whether this value may stand where these were written one over the other; if so, it is what stands from now on. */
function settle(words: Words[], value: string | undefined): boolean {
  const said = words.findLastIndex((one) => one.said);
  const at = words.findIndex(({ text }) => text === value);
  if (at < said || (value && at < 0)) return false;
  words.splice(at + 1);
  for (const one of words) one.said = true;
  return true;
}

const newest = (words: Words[]) => words.at(-1)?.text;

export class Diary implements Listener {
  firms: Firm[] = [];
  private number = 0;
  private isCut = false;

  /** Everything in this diary begins with `tag`, and nothing else on the server does. */
  constructor(readonly tag: string) {}

  get visits(): Visit[] {
    return this.firms.flatMap(({ visit }) => visit ?? []);
  }

  /** A text that was never written before. */
  text(what: string): string {
    this.number += 1;
    return `${this.tag}${what}${String(this.number).padStart(4, '0')}`;
  }

  newFirm(): Firm {
    const firm = { name: this.text('企业'), said: false, addresses: [], queued: 0 };
    this.firms.push(firm);
    return firm;
  }

  write(words: Words[], what: string): string {
    const text = this.text(what);
    words.push({ text, said: false });
    return text;
  }

  /** Whether the phone has no line: then what it saves must wait in its queue. */
  cut(is: boolean): void {
    this.isCut = is;
    if (!is) for (const firm of this.firms) firm.queued = 0;
  }

  /** How much was said to be saved. */
  get said(): number {
    const words = this.firms.flatMap(({ addresses, visit }) =>
      [...addresses, ...(visit?.words ?? []), ...(visit?.rights ?? [])]);
    return [...this.firms, ...words].filter(({ said }) => said).length
      + this.visits.filter(({ submitted }) => submitted === 'said').length;
  }

  saved(text: string): boolean {
    const all = this.visits.flatMap(({ words, rights }) => [...words, ...rights]);
    return this.say(all.find((one) => one.text === text && !one.said));
  }

  shown({ path, title, values }: Shown): boolean {
    const firm = this.firms.find(({ name }) => name === title);
    if (!firm) return false;
    if (/^\/enterprises\/[0-9a-f-]{36}$/.test(path)) {
      const added = this.say(firm.said ? undefined : firm, firm);
      const changed = firm.addresses.find(({ text, said }) => !said && values.includes(text));
      return this.say(changed, firm) || added;
    }
    const { visit } = firm;
    if (/^\/visits\/[0-9a-f-]{36}$/.test(path) && visit?.submitted === 'tried') {
      const whole = [visit.words, visit.rights].every((words) => values.includes(newest(words) ?? ''));
      if (!whole) return false;
      visit.submitted = 'said';
      if (this.isCut) firm.queued += 1;
      return true;
    }
    return false;
  }

  private say(what: { said: boolean } | undefined, firm?: Firm): boolean {
    if (!what) return false;
    what.said = true;
    if (firm && this.isCut) firm.queued += 1;
    return true;
  }

  /** The names of firms as the phone lists them. What is listed counts as said; what is not was never there. */
  takeFirms(names: string[]): string[] {
    const wrong = names.filter((name) => !this.firms.some((firm) => firm.name === name));
    const listed = (firm: Firm) => names.filter((name) => name === firm.name).length;
    for (const firm of this.firms) {
      if (listed(firm) > 1 || (firm.said && listed(firm) === 0)) wrong.push(`${firm.name}: ${listed(firm)} times`);
    }
    this.firms = this.firms.filter((firm) => listed(firm) > 0);
    for (const firm of this.firms) firm.said = true;
    return wrong;
  }

  takeAddress(firm: Firm, value: string | undefined): string[] {
    const before = JSON.stringify(firm.addresses);
    return settle(firm.addresses, value) ? [] : [`the address of ${firm.name} is ${value}, not of ${before}`];
  }

  /** What the open form of a visit holds, as far as it was looked at. */
  takeDraft(visit: Visit, words: string): string[] {
    const before = JSON.stringify(visit.words);
    return settle(visit.words, words) ? [] : [`the draft for ${visit.firm.name} holds ${words}, not of ${before}`];
  }

  takeRight(visit: Visit, right: string | undefined): string[] {
    const before = JSON.stringify(visit.rights);
    return settle(visit.rights, right) ? [] : [`the draft for ${visit.firm.name} lists ${right}, not of ${before}`];
  }

  /** How many photos of a visit are shown. */
  takePhotos(visit: Visit, shown: number): string[] {
    const { photo } = visit;
    visit.photo = shown === 0 ? 'no' : 'said';
    const right = shown === (photo === 'said' ? 1 : 0) || (photo === 'tried' && shown === 1);
    return right ? [] : [`${shown} photos of ${visit.firm.name}, where one was ${photo}`];
  }

  /** What a submitted visit shows: all of it or it was not submitted. */
  takeVisit(visit: Visit, values: string[]): string[] {
    visit.submitted = 'said';
    const missing = [visit.words, visit.rights].filter((words) => !values.includes(newest(words) ?? ''));
    return missing.map((words) => `the visit to ${visit.firm.name} does not hold ${newest(words)}`);
  }

  /** The titles of the queue, one for each act. */
  takeQueue(titles: string[]): string[] {
    return this.firms.flatMap(({ name, queued }) => {
      const found = titles.filter((title) => title === name).length;
      return found < queued ? [`${found} acts of ${name} in the queue, not ${queued}`] : [];
    });
  }

  /** What is wrong on the server once everything has arrived: each thing stands there once, and nothing beside it. */
  wrongIn(rows: Row[]): string[] {
    const wrong: string[] = [];
    const isMine = (value: unknown) => typeof value === 'string' && value.startsWith(this.tag);
    const mine = rows.filter((row) => Object.values(row.fields).some(isMine));
    const of = (kind: string) => mine.filter((row) => row.kind === kind);
    wrong.push(...this.takeFirms(of('enterprise').map(({ fields }) => String(fields.name))));
    for (const row of of('enterprise')) {
      const firm = this.firms.find(({ name }) => name === row.fields.name);
      if (firm) wrong.push(...this.takeAddress(firm, row.fields.address as string | undefined));
    }
    const [visits, children] = [of('visit'), of('repeat_instance')];
    for (const visit of this.visits) {
      const id = visit.path.split('/')[2];
      const found = visits.filter((row) => row.id === id);
      const parts = children.filter((row) => row.root === id);
      const whole = found.length === 1 && found[0].fields['answer.companions'] === newest(visit.words)
        && parts.length === 1 && parts[0].fields['answer.right_name'] === newest(visit.rights);
      if (!whole) wrong.push(`the visit to ${visit.firm.name}: ${JSON.stringify({ found, parts, visit: visit.words })}`);
    }
    const expected = this.firms.length + 2 * this.visits.length;
    if (mine.length !== expected) wrong.push(`${mine.length} records, not ${expected}`);
    const photos = rows.filter(({ kind }) => kind === 'attachment');
    for (const { photo, path, firm } of this.visits) {
      const found = photos.filter(({ root }) => root === path.split('/')[2]).length;
      if (found !== (photo === 'no' ? 0 : 1)) wrong.push(`${found} photos of the visit to ${firm.name}: ${photo}`);
    }
    const odd = rows.filter(({ kind }) => !['enterprise', 'visit', 'repeat_instance', 'attachment'].includes(kind));
    wrong.push(...odd.map((row) => `nobody disagreed: ${JSON.stringify(row)}`));
    return wrong;
  }
}
