// Makes the module and the JavaScript that loads it smaller together: the names under which the module asks for the
// browser's functions carry a hash each, which no compression can do anything about.

import { minify } from 'terser';

const IMPORTS = 2;

/** A number as WebAssembly writes it: seven bits a byte, low ones first. */
function encoded(number) {
  const bytes = [];
  let rest = number;
  do {
    bytes.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
    rest >>>= 7;
  } while (rest > 0);
  return Buffer.from(bytes);
}

/** Reads such numbers, and names, one after the other. */
class Reader {
  constructor(bytes, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  byte() {
    return this.bytes[this.at++];
  }

  number() {
    let number = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      number |= (byte & 0x7f) << shift;
      if (byte < 0x80) return number >>> 0;
    }
  }

  take(length) {
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  name() {
    return this.take(this.number()).toString('utf8');
  }

  /** What is imported: a function's type, or a table's, a memory's or a global's. */
  description() {
    const start = this.at;
    const limits = () => {
      const upper = this.byte() & 1;
      this.number();
      if (upper) this.number();
    };
    const kind = this.byte();
    if (kind === 0) this.number();
    else if (kind === 1) { this.byte(); limits(); }
    else if (kind === 2) limits();
    else if (kind === 3) this.take(2);
    else throw new Error(`the module imports something of kind ${kind}`);
    return this.bytes.subarray(start, this.at);
  }
}

/** The module with short names for what it imports from its glue, and which name became which. */
export function withShortImports(wasm, glue) {
  const reader = new Reader(wasm, 8);
  while (reader.at < wasm.length) {
    const start = reader.at;
    const section = reader.byte();
    const end = reader.number() + reader.at;
    if (section !== IMPORTS) {
      reader.at = end;
      continue;
    }
    const names = new Map();
    const count = reader.number();
    const entries = [encoded(count)];
    for (let i = 0; i < count; i++) {
      const module = reader.take(reader.number());
      const name = reader.name();
      const renamed = module.toString('utf8') === glue;
      const short = renamed ? names.get(name) ?? `$${names.size.toString(36)}` : name;
      if (renamed) names.set(name, short);
      entries.push(encoded(module.length), module, encoded(short.length), Buffer.from(short), reader.description());
    }
    const body = Buffer.concat(entries);
    return {
      names,
      wasm: Buffer.concat([
        wasm.subarray(0, start), Buffer.from([IMPORTS]), encoded(body.length), body, wasm.subarray(end),
      ]),
    };
  }
  return { names: new Map(), wasm };
}

/** The glue with the same short names, minified. */
export async function shortGlue(source, names) {
  let renamed = source;
  for (const [name, short] of names) {
    const found = new RegExp(`(?<![\\w$])${name.replace(/\$/g, '\\$')}(?![\\w$])`, 'g');
    // Each stands once, where the object of imports names it.
    if (renamed.match(found)?.length !== 1) {
      throw new Error(`the glue names ${name} not just once`);
    }
    renamed = renamed.replace(found, () => short);
  }
  const { code } = await minify(renamed, { module: true, compress: { passes: 2 }, mangle: true });
  return code;
}
