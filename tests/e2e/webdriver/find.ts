// Looks elements up as a person names them: by role, label and text. Runs in the page.

/** A text to be part of another, or all of it, or a regular expression. */
export type Pattern = { text: string; exact: boolean } | { source: string; flags: string };

/** One step from some elements to the next. */
export type Step =
  | { by: 'css'; css: string }
  | { by: 'role'; role: string; name?: Pattern; level?: number }
  | { by: 'label' | 'text' | 'has'; text: Pattern }
  | { by: 'nth'; index: number };

export function pattern(text: string | RegExp, exact = false): Pattern {
  return typeof text === 'string' ? { text, exact } : { source: text.source, flags: text.flags };
}

/** What a failure calls it. */
export function told(steps: Step[]): string {
  const quoted = (it?: Pattern) => (!it ? '' : 'text' in it ? ` “${it.text}”` : ` /${it.source}/`);
  return steps
    .map((step) => {
      switch (step.by) {
        case 'css': return step.css;
        case 'role': return `${step.role}${quoted(step.name)}`;
        case 'nth': return `number ${step.index}`;
        default: return `${step.by}${quoted(step.text)}`;
      }
    })
    .join(', ');
}

/** Elements that the steps lead to. Sent to the page as text, so it stands alone. */
export function find(steps: Step[]): HTMLElement[] {
  const plain = (text: string | null) => (text ?? '').replace(/\s+/g, ' ').trim();
  const fits = (text: string | null, wanted: Pattern) => {
    if ('source' in wanted) return new RegExp(wanted.source, wanted.flags).test(plain(text));
    const [all, part] = [plain(text), plain(wanted.text)];
    return wanted.exact ? all === part : all.toLowerCase().includes(part.toLowerCase());
  };
  const roles: Record<string, string> = {
    button: 'button, [role=button]',
    dialog: 'dialog[open], [role=dialog]',
    heading: 'h1, h2, h3, h4, h5, h6',
    link: 'a[href], [role=link]',
    searchbox: 'input[type=search]',
  };
  const labels = (element: HTMLElement) =>
    Array.from((element as HTMLInputElement).labels ?? [], (label) => label.textContent).join(' ');
  const name = (element: HTMLElement) =>
    element.getAttribute('aria-label') || labels(element) || element.textContent;

  let found: ParentNode[] = [document];
  const inside = (css: string) =>
    Array.from(new Set(found.flatMap((node) => Array.from(node.querySelectorAll<HTMLElement>(css)))));
  for (const step of steps) {
    if (step.by === 'css') {
      found = inside(step.css);
    } else if (step.by === 'role') {
      const css = step.level ? `h${step.level}` : roles[step.role];
      found = inside(css).filter((element) =>
        element.checkVisibility({ visibilityProperty: true }) && (!step.name || fits(name(element), step.name)));
    } else if (step.by === 'label') {
      found = inside('input, select, textarea').filter((field) =>
        fits(field.getAttribute('aria-label') || labels(field), step.text));
    } else if (step.by === 'text') {
      // The innermost only: all that is around has the text as well.
      const all = inside('body, body *').filter((element) =>
        !['SCRIPT', 'STYLE', 'NOSCRIPT'].includes(element.tagName) && fits(element.textContent, step.text));
      const around = new Set(all.map((element) => element.parentElement));
      found = all.filter((element) => !around.has(element));
    } else if (step.by === 'nth') {
      found = found.slice(step.index, step.index + 1);
    } else {
      found = found.filter((node) => fits((node as HTMLElement).textContent, step.text));
    }
  }
  return found as HTMLElement[];
}
