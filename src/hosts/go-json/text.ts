/** What encoding/json never writes as it stands: controls, HTML's own characters, two line ends, half characters. */
const UNSAFE = /[^ -\u{10ffff}]|["\\<>&\u2028\u2029]|\p{Surrogate}/u;
const EACH_UNSAFE = new RegExp(UNSAFE.source, 'gu');
const HTML = /[<>&\u2028\u2029]/g;

const SHORT: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

/** A text as a JSON string, with the escapes that Go's encoding/json writes. */
export function quoted(text: string): string {
  return UNSAFE.test(text) ? `"${text.replace(EACH_UNSAFE, escaped)}"` : `"${text}"`;
}

/** JSON that is already written, with the characters escaped that Go also escapes in raw JSON. */
export function escapeHtml(json: string): string {
  return json.replace(HTML, escaped);
}

function escaped(character: string): string {
  // Half a character is invalid UTF-8 to Go, which writes the replacement character, escaped.
  const code = /\p{Surrogate}/u.test(character) ? 0xfffd : character.charCodeAt(0);
  return SHORT[character] ?? `\\u${code.toString(16).padStart(4, '0')}`;
}

/** A float64 as Go writes it: ECMAScript's own form, but for the sign of minus zero. */
export function floatText(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

/** Keys in the order of their UTF-8 bytes, which is how Go sorts the keys of maps. */
export function sortedKeys(keys: readonly string[]): string[] {
  // UTF-16 order differs from it only where surrogates meet U+E000 and above.
  return keys.some((key) => SURROGATE.test(key))
    ? [...keys].sort((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)))
    : [...keys].sort();
}

const SURROGATE = /[\ud800-\udfff]/;
const NON_ASCII = /[\u0080-\uffff]/;

/** The text of UTF-8 bytes given one byte per character; each invalid byte becomes U+FFFD, as in Go. */
export function utf8Text(latin1: string): string {
  if (!NON_ASCII.test(latin1)) return latin1;
  const bytes = Buffer.from(latin1, 'latin1');
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return mendedText(bytes);
  }
}

function mendedText(bytes: Buffer): string {
  let text = '';
  let from = 0;
  let at = 0;
  while (at < bytes.length) {
    const length = sequenceLength(bytes, at);
    if (length > 0) {
      at += length;
      continue;
    }
    text += `${bytes.toString('utf8', from, at)}\ufffd`;
    at++;
    from = at;
  }
  return text + bytes.toString('utf8', from);
}

/** Length of the valid UTF-8 sequence at a place; 0 when there is none. */
function sequenceLength(bytes: Buffer, at: number): number {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return 1;
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4) return 0;
  const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  for (let index = 1; index < length; index++) {
    const byte = bytes[at + index] ?? 0;
    if (byte < (index === 1 ? low : 0x80) || byte > (index === 1 ? high : 0xbf)) return 0;
  }
  return length;
}
