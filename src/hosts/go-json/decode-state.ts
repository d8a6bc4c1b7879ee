import type { JsonNode } from './scan.js';
import { utf8Text } from './text.js';

/** A key that Go took for a field although its letters differ in case. */
export interface KeyNotice {
  /** Go name of the struct. */
  readonly struct: string;
  /** Where the first such key stands: `Auths[0].id`. */
  readonly path: string;
  readonly key: string;
  readonly field: string;
}

/** A key that no field of the struct answers to; Go ignores its value. */
export interface IgnoredKey {
  readonly struct: string;
  readonly path: string;
  readonly key: string;
}

/** What a decoder did without saying so; each key of a struct once. */
export interface DecodeNotes {
  readonly notices: readonly KeyNotice[];
  readonly ignored: readonly IgnoredKey[];
}

/** A mistake that ends decoding at once, whatever was wrong before it. */
export class GoAbort extends Error {}

/** Where a decoder is in the document, for its errors, and what it found. */
export class DecodeState implements DecodeNotes {
  /** The document, one byte per character. */
  readonly text: string;
  /** The first mistake. */
  error: string | undefined;
  readonly notices: KeyNotice[] = [];
  readonly ignored: IgnoredKey[] = [];
  /** Structs and fields around the current value, as Go's errors name them: lists and maps do not count. */
  readonly #structs: string[] = [];
  readonly #fields: string[] = [];
  /** Keys and indexes around the current value. */
  readonly #path: (string | number)[] = [];
  readonly #seen = new Set<string>();

  constructor(text: string) {
    this.text = text;
  }

  /** A value's own text. */
  raw(node: JsonNode): string {
    return this.text.slice(node.start, node.end);
  }

  /** A text without its quotes and escapes; halves of characters become U+FFFD. */
  string(node: JsonNode): string {
    const inner = this.text.slice(node.start + 1, node.end - 1);
    const text = utf8Text(inner);
    if (!text.includes('\\')) return text;
    const plain = JSON.parse(`"${text}"`) as string;
    return /\p{Surrogate}/u.test(plain) ? plain.replace(/\p{Surrogate}/gu, '\ufffd') : plain;
  }

  enter(struct: string, fieldPath: string, name: string): void {
    this.#structs.push(struct);
    this.#fields.push(fieldPath);
    this.#path.push(name);
  }

  leave(): void {
    this.#structs.pop();
    this.#fields.pop();
    this.#path.pop();
  }

  enterMember(key: string | number): void {
    this.#path.push(key);
  }

  leaveMember(): void {
    this.#path.pop();
  }

  /** Keeps a type mistake, worded as Go's UnmarshalTypeError. */
  mistake(value: string, type: string): void {
    const struct = this.#structs.at(-1);
    const where = struct === undefined ? 'Go value' : `Go struct field ${struct}.${this.#fields.join('.')}`;
    this.fail(`json: cannot unmarshal ${value} into ${where} of type ${type}`);
  }

  fail(message: string): void {
    this.error ??= message;
  }

  caseKey(struct: string, key: string, field: string): void {
    if (this.#isNew(`${struct} ${key}`)) this.notices.push({ struct, key, field, path: this.#pathOf(key) });
  }

  unknownKey(struct: string, key: string): void {
    if (this.#isNew(`${struct} ${key}`)) this.ignored.push({ struct, key, path: this.#pathOf(key) });
  }

  #isNew(what: string): boolean {
    const isNew = !this.#seen.has(what);
    this.#seen.add(what);
    return isNew;
  }

  #pathOf(key: string): string {
    const parts = [...this.#path, key].map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`));
    return parts.join('').replace(/^\./, '');
  }
}
