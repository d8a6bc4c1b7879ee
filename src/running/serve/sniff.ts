/** Beginnings of an HTML page, as browsers recognise it. */
const HTML =
  /^[\t\n\f\r ]*<(!doctype html|html|head|script|iframe|h1|div|font|table|a|style|title|b|body|br|p|!--)(?=[ >]|$)/i;

const MAGIC: readonly (readonly [type: string, hex: string])[] = [
  ['image/png', '89504e470d0a1a0a'],
  ['image/gif', '474946383761'],
  ['image/gif', '474946383961'],
  ['image/jpeg', 'ffd8ff'],
  ['image/x-icon', '00000100'],
  ['application/pdf', '255044462d'],
  ['application/x-gzip', '1f8b08'],
  ['application/zip', '504b0304'],
  ['font/woff2', '774f4632'],
];

/** The Content-Type that the host's HTTP server writes where a plugin names none: guessed from 512 bytes. */
export function sniffedType(body: Uint8Array): string {
  const head = Buffer.from(body.subarray(0, 512));
  const text = head.toString('latin1');
  if (HTML.test(text)) return 'text/html; charset=utf-8';
  if (/^[\t\n\f\r ]*<\?xml/i.test(text)) return 'text/xml; charset=utf-8';
  const hex = head.toString('hex');
  const known = MAGIC.find(([, start]) => hex.startsWith(start));
  if (known !== undefined) return known[0];
  if (text.startsWith('RIFF') && text.slice(8, 14) === 'WEBPVP') return 'image/webp';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these bytes tell binary data from text.
  return /[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]/.test(text) ? 'application/octet-stream' : 'text/plain; charset=utf-8';
}
