import type { Rename } from './spellings.js';

/** The descriptor of a .proto file in generated Go: a constant made of string literals, one below the other. */
const BLOCK = /(?<=^const \w+_rawDesc = "" \+\n)(?:\t"(?:[^"\\\n]|\\.)*" \+\n)*\t"(?:[^"\\\n]|\\.)*"$/gm;

/**
 * Renames what generated Go code says, in its text and in the descriptor that it carries: there every name has its
 * length before it, and so has every message around it.
 */
export function renameGenerated(text: string, rename: Rename): string {
  const blocks = [...text.matchAll(BLOCK)];
  let out = '';
  let end = 0;
  for (const { 0: block, index } of blocks) {
    out += rename(text.slice(end, index)) + literal(renamed(bytesOf(block), FILE, rename));
    end = index + block.length;
  }
  return aligned(out + rename(text.slice(end)));
}

/** gofmt writes the bodies of one-line functions that follow one another below each other. */
function aligned(text: string): string {
  return text.replaceAll(
    /^(func \(\w+\) \w+\(\)) +\{\}\n(func \(\w+\) \w+\(\)) +\{\}$/gm,
    (_, first: string, second: string) => {
      const width = Math.max(first.length, second.length);
      return `${first.padEnd(width)} {}\n${second.padEnd(width)} {}`;
    },
  );
}

/** Fields of a message that hold names, and those that are messages with such fields. */
interface Shape {
  readonly names: readonly number[];
  readonly messages?: Readonly<Record<number, Shape>>;
}

// Numbers of google/protobuf/descriptor.proto.
const FIELD: Shape = { names: [6] };
const METHOD: Shape = { names: [2, 3] };
const FILE: Shape = {
  names: [1, 2],
  messages: { 4: { names: [], messages: { 2: FIELD } }, 6: { names: [1], messages: { 2: METHOD } } },
};

const LENGTH_DELIMITED = 2;

/** A serialised message with its names renamed; a name that becomes empty is left out. */
function renamed(bytes: Buffer, shape: Shape, rename: Rename): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const start = at;
    const tag = readVarint(bytes, at);
    at = tag.next;
    if (tag.value % 8 !== LENGTH_DELIMITED) {
      at = readVarint(bytes, at).next;
      parts.push(bytes.subarray(start, at));
      continue;
    }
    const length = readVarint(bytes, at);
    at = length.next + length.value;
    const body = bytes.subarray(length.next, at);
    const field = Math.floor(tag.value / 8);
    const inner = shape.messages?.[field];
    let written = body;
    if (inner !== undefined) written = renamed(body, inner, rename);
    else if (shape.names.includes(field)) written = Buffer.from(rename(body.toString('utf8')));
    if (written.length > 0 || body.length === 0) parts.push(varint(tag.value), varint(written.length), written);
  }
  return Buffer.concat(parts);
}

/** Only numbers of less than 32 bits stand in a descriptor's tags, lengths and values. */
function readVarint(bytes: Buffer, start: number): { readonly value: number; readonly next: number } {
  let value = 0;
  for (let at = start, unit = 1; at < bytes.length; at += 1, unit *= 128) {
    const byte = bytes[at] ?? 0;
    value += (byte % 128) * unit;
    if (byte < 128) return { value, next: at + 1 };
  }
  throw new RangeError(`the descriptor ends inside a number at ${start}`);
}

function varint(value: number): Buffer {
  const out: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) out.push((rest % 128) + 128);
  return Buffer.from([...out, rest]);
}

/** Letters after a backslash in Go's strings, and the bytes that they stand for. */
const ESCAPES = new Map([
  ['a', 7],
  ['b', 8],
  ['t', 9],
  ['n', 10],
  ['v', 11],
  ['f', 12],
  ['r', 13],
]);

function bytesOf(block: string): Buffer {
  const parts: Buffer[] = [];
  for (const [, line = ''] of block.matchAll(/^\t"(.*)"(?: \+)?$/gm)) {
    for (const [found, hex, letter] of line.matchAll(/\\x([0-9a-f]{2})|\\(.)|[^\\]+/g)) {
      if (hex !== undefined) parts.push(Buffer.from(hex, 'hex'));
      else if (letter === undefined) parts.push(Buffer.from(found));
      else parts.push(Buffer.from([ESCAPES.get(letter) ?? letter.charCodeAt(0)]));
    }
  }
  return Buffer.concat(parts);
}

/** As protoc-gen-go writes it: a line ends where the descriptor has a line feed. */
function literal(bytes: Buffer): string {
  const letters = new Map([...ESCAPES].map(([letter, byte]) => [byte, letter]));
  let out = '\t"';
  for (const [index, byte] of bytes.entries()) {
    const letter = letters.get(byte);
    const char = String.fromCharCode(byte);
    if (letter !== undefined) out += `\\${letter}`;
    else if (char === '"' || char === '\\') out += `\\${char}`;
    else out += byte >= 0x20 && byte < 0x7f ? char : `\\x${byte.toString(16).padStart(2, '0')}`;
    if (char === '\n' && index < bytes.length - 1) out += '" +\n\t"';
  }
  return `${out}"`;
}
