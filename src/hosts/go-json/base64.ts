const ALPHABET = new Set('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/');

/** What Go's `base64.StdEncoding` makes of a text: the canonical text for the same bytes, or its error. */
export type Base64Reading =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly message: string };

/** Reads base64 as Go does: padding is required, line ends are skipped, spare bits at the end are ignored. */
export function readBase64(text: string): Base64Reading {
  // Decoding and encoding again is native code: the usual case costs no work for each character.
  const canonical = Buffer.from(text, 'base64').toString('base64');
  if (canonical === text) return { ok: true, text };
  const bad = firstBadByte(text);
  return bad === undefined
    ? { ok: true, text: canonical }
    : { ok: false, message: `illegal base64 data at input byte ${bad}` };
}

/** Offset that Go names in its error; undefined for a text that it accepts. */
function firstBadByte(text: string): number | undefined {
  let at = 0;
  let inQuantum = 0;
  for (; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '\n' || character === '\r') continue;
    if (character === '=') return badPadding(text, at, inQuantum);
    if (!ALPHABET.has(character)) return at;
    inQuantum = (inQuantum + 1) % 4;
  }
  // The offset counts back over the letters that the last, cut quantum has, whatever stands between them.
  return inQuantum === 0 ? undefined : at - inQuantum;
}

function badPadding(text: string, start: number, inQuantum: number): number | undefined {
  if (inQuantum < 2) return start;
  let at = start + 1;
  if (inQuantum === 2) {
    at = skipLineEnds(text, at);
    if (at === text.length) return at;
    // The offset that Go reports is the one before the character that it looked at.
    if (text.charAt(at) !== '=') return at - 1;
    at++;
  }
  at = skipLineEnds(text, at);
  return at < text.length ? at : undefined;
}

function skipLineEnds(text: string, from: number): number {
  let at = from;
  while (text.charAt(at) === '\n' || text.charAt(at) === '\r') at++;
  return at;
}
