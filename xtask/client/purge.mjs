// Leaves out of WeUI's sheet what no screen uses: rules whose every selector names a `weui-` class
// that stands nowhere in our markup, and the variables that nothing reads any more. WeUI is
// 18 KB of the download, and a project uses a part of it that grows with its screens.
//
// A class of ours is always written whole in the sources (no names put together at run time), so
// looking for the word is enough.

/** The statements of a sheet or of a block: `[head, body]`, or `[text, null]` for one without a block. */
function statements(css) {
  const found = [];
  let start = 0;
  let depth = 0;
  let open = 0;
  let quote = '';
  for (let at = 0; at < css.length; at += 1) {
    const letter = css[at];
    if (quote) {
      if (letter === '\\') at += 1;
      else if (letter === quote) quote = '';
    } else if (letter === '"' || letter === "'") {
      quote = letter;
    } else if (letter === '{') {
      if (depth === 0) open = at;
      depth += 1;
    } else if (letter === '}') {
      depth -= 1;
      if (depth === 0) {
        found.push([css.slice(start, open), css.slice(open + 1, at)]);
        start = at + 1;
      }
    } else if (letter === ';' && depth === 0) {
      found.push([css.slice(start, at + 1), null]);
      start = at + 1;
    }
  }
  return found;
}

/** Commas that part selectors, not those within `:not(a, b)`. */
const COMMA = /,(?![^(]*\))/;

function isUsed(selector, used) {
  const classes = selector.match(/\.weui-[\w-]+/g) ?? [];
  return classes.every((name) => used.has(name.slice(1)));
}

function rules(css, used) {
  return statements(css).map(([head, body]) => {
    if (body === null) return head;
    const name = head.trim();
    if (/^@(media|supports)/.test(name)) {
      const inner = rules(body, used);
      return inner && `${name}{${inner}}`;
    }
    if (name.startsWith('@')) return `${name}{${body}}`;
    const comment = name.match(/^(\/\*[^]*?\*\/)?([^]*)$/);
    const kept = comment[2].split(COMMA).filter((selector) => isUsed(selector, used));
    return (comment[1] ?? '') + (kept.length > 0 ? `${kept.join(',')}{${body}}` : '');
  }).join('');
}

/** Declarations of variables and animations that nothing in `css` and `others` reads. */
function readOnly(css, others) {
  const all = css + others;
  const unread = (name) => !all.includes(`var(${name}`);
  const fewer = css
    .replace(/(--weui-[\w-]+):[^;{}]*;?/g, (text, name) => (unread(name) ? '' : text))
    .replace(/@(?:-webkit-)?keyframes (weui[\w-]*)\{(?:[^{}]|\{[^{}]*\})*\}/g, (text, name) =>
      (new RegExp(`animation[^;{}]*${name}\\b`).test(all) ? text : ''))
    .replace(/[^{};/]*\{\s*\}/g, '');
  // What is gone may have been the only reader of something else.
  return fewer === css ? css : readOnly(fewer, others);
}

/** `css` without what `sources` (markup) and `others` (the other sheets) do not use. */
export function purged(css, sources, others) {
  const used = new Set(sources.match(/weui-[\w-]+/g) ?? []);
  return readOnly(rules(css, used), others);
}
