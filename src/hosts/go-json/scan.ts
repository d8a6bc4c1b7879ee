/** A value of a JSON text, by its place; contents are read on demand. */
export interface JsonNode {
  readonly kind: 'object' | 'array' | 'string' | 'number' | 'bool' | 'null';
  /** Index of the first character. */
  readonly start: number;
  /** Index behind the last character. */
  end: number;
  /** Items of an array; values of an object, one for each key. */
  readonly items: JsonNode[];
  /** Keys of an object, in order, with repeats. */
  readonly keys: JsonNode[];
}

/** Deepest nesting that Go's encoding/json reads. */
export const MAX_DEPTH = 10_000;

/** A text that is no JSON; the message is the one of Go's encoding/json. */
export class GoSyntaxError extends Error {}

/**
 * Reads the structure of a JSON text by the grammar of Go's encoding/json, without recursion and without a copy of
 * any string, so that a body of many megabytes costs a few native searches.
 * @param text UTF-8 bytes, one per character
 * @throws GoSyntaxError
 */
export function scanJson(text: string): JsonNode {
  return new Scanner(text).document();
}

const SPACE = 0x20;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;

class Scanner {
  readonly #text: string;
  #at = 0;
  /** Next quote, and next backslash or control character; searched again only when passed. */
  #quote = -1;
  #special = -1;
  readonly #specials = /[^ -\uffff]|\\/g;
  readonly #open: JsonNode[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  document(): JsonNode {
    let node = this.#begin();
    const root = node;
    for (;;) {
      // A container that was just opened goes on with its first item; any other value is complete.
      const first = this.#open.at(-1) === node && this.#firstItem(node);
      const next = first || this.#afterValue();
      if (next === undefined) break;
      node = next;
    }
    this.#skipSpace();
    if (this.#at < this.#text.length) throw this.#unexpected('after top-level value');
    return root;
  }

  /** Code at a place; the end of the text reads as a blank, as it does in Go's state machine. */
  #code(at = this.#at): number {
    return at < this.#text.length ? this.#text.charCodeAt(at) : SPACE;
  }

  #skipSpace(): void {
    for (; this.#at < this.#text.length; this.#at++) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== SPACE && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
    }
  }

  /** Skips blanks; there must be something behind them. */
  #something(): number {
    this.#skipSpace();
    if (this.#at >= this.#text.length) throw new GoSyntaxError('unexpected end of JSON input');
    return this.#code();
  }

  #begin(): JsonNode {
    const code = this.#something();
    const start = this.#at;
    switch (code) {
      case 0x7b: // {
        return this.#container('object', start);
      case 0x5b: // [
        return this.#container('array', start);
      case QUOTE:
        return this.#string();
      case 0x74: // t
        return this.#word('bool', 'true');
      case 0x66: // f
        return this.#word('bool', 'false');
      case 0x6e: // n
        return this.#word('null', 'null');
      default:
        if (code === 0x2d || isDigit(code)) return this.#number();
        throw this.#unexpected('looking for beginning of value');
    }
  }

  #container(kind: 'object' | 'array', start: number): JsonNode {
    const node: JsonNode = { kind, start, end: start, items: [], keys: [] };
    if (this.#open.length === MAX_DEPTH) throw this.#unexpected('exceeded max depth');
    this.#open.push(node);
    this.#at++;
    return node;
  }

  /** First item of the container that was opened last; undefined, and the container closed, when it has none. */
  #firstItem(node: JsonNode): JsonNode | undefined {
    const code = this.#something();
    if (code === (node.kind === 'object' ? 0x7d : 0x5d)) {
      this.#close(node);
      return undefined;
    }
    return this.#item(node);
  }

  #item(node: JsonNode): JsonNode {
    if (node.kind === 'object') {
      if (this.#something() !== QUOTE) throw this.#unexpected('looking for beginning of object key string');
      node.keys.push(this.#string());
      if (this.#something() !== 0x3a) throw this.#unexpected('after object key');
      this.#at++;
    }
    const item = this.#begin();
    node.items.push(item);
    return item;
  }

  /** Goes on behind a complete value: the next item around it, or undefined at the end of the document. */
  #afterValue(): JsonNode | undefined {
    for (let node = this.#open.at(-1); node !== undefined; node = this.#open.at(-1)) {
      const code = this.#something();
      if (code === COMMA) {
        this.#at++;
        return this.#item(node);
      }
      if (code !== (node.kind === 'object' ? 0x7d : 0x5d)) {
        throw this.#unexpected(node.kind === 'object' ? 'after object key:value pair' : 'after array element');
      }
      this.#close(node);
    }
    return undefined;
  }

  #close(node: JsonNode): void {
    this.#open.pop();
    this.#at++;
    node.end = this.#at;
  }

  #leaf(kind: JsonNode['kind'], start: number): JsonNode {
    return { kind, start, end: this.#at, items: NONE, keys: NONE };
  }

  #string(): JsonNode {
    const start = this.#at;
    this.#at++;
    for (;;) {
      if (this.#quote < this.#at) this.#quote = endIfNone(this.#text.indexOf('"', this.#at), this.#text);
      if (this.#special < this.#at) this.#special = this.#nextSpecial();
      if (this.#quote < this.#special) break;
      this.#at = this.#special;
      if (this.#at >= this.#text.length) throw new GoSyntaxError('unexpected end of JSON input');
      if (this.#code() !== BACKSLASH) throw this.#unexpected('in string literal');
      this.#escape();
    }
    this.#at = this.#quote + 1;
    return this.#leaf('string', start);
  }

  #nextSpecial(): number {
    this.#specials.lastIndex = this.#at;
    return this.#specials.exec(this.#text)?.index ?? this.#text.length;
  }

  #escape(): void {
    this.#at++;
    const letter = String.fromCharCode(this.#code());
    if (letter !== 'u') {
      if (!'bfnrt\\/"'.includes(letter)) throw this.#unexpected('in string escape code');
      this.#at++;
      return;
    }
    this.#at++;
    for (let digit = 0; digit < 4; digit++, this.#at++) {
      if (!/[0-9a-fA-F]/.test(String.fromCharCode(this.#code()))) {
        throw this.#unexpected('in \\u hexadecimal character escape');
      }
    }
  }

  #word(kind: 'bool' | 'null', word: string): JsonNode {
    const start = this.#at;
    for (const letter of word) {
      if (this.#code() !== letter.charCodeAt(0)) throw this.#unexpected(`in literal ${word} (expecting '${letter}')`);
      this.#at++;
    }
    return this.#leaf(kind, start);
  }

  #number(): JsonNode {
    const start = this.#at;
    if (this.#code() === 0x2d) this.#at++;
    if (this.#code() === 0x30) this.#at++;
    else this.#digits('in numeric literal');
    if (this.#code() === 0x2e) {
      this.#at++;
      this.#digits('after decimal point in numeric literal');
    }
    if (this.#code() === 0x65 || this.#code() === 0x45) {
      this.#at++;
      if (this.#code() === 0x2b || this.#code() === 0x2d) this.#at++;
      this.#digits('in exponent of numeric literal');
    }
    return this.#leaf('number', start);
  }

  #digits(context: string): void {
    if (!isDigit(this.#code())) throw this.#unexpected(context);
    while (isDigit(this.#code())) this.#at++;
  }

  #unexpected(context: string): GoSyntaxError {
    return new GoSyntaxError(`invalid character ${quotedByte(this.#code())} ${context}`);
  }
}

const NONE: JsonNode[] = [];

function endIfNone(index: number, text: string): number {
  return index === -1 ? text.length : index;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

const SHORT = new Map<number, string>([
  [0x07, '\\a'],
  [0x08, '\\b'],
  [0x09, '\\t'],
  [0x0a, '\\n'],
  [0x0b, '\\v'],
  [0x0c, '\\f'],
  [0x0d, '\\r'],
  [0x27, "\\'"],
  [BACKSLASH, '\\\\'],
]);

/** A byte as Go shows it in a syntax error: the character of that number, in single quotes. */
function quotedByte(code: number): string {
  const hex = code.toString(16).padStart(2, '0');
  if (code < SPACE || code === 0x7f) return `'${SHORT.get(code) ?? `\\x${hex}`}'`;
  // Latin-1's controls, its no-break space and its soft hyphen do not print.
  const prints = code < 0x7f || (code > 0xa0 && code !== 0xad);
  return `'${SHORT.get(code) ?? (prints ? String.fromCharCode(code) : `\\u00${hex}`)}'`;
}
