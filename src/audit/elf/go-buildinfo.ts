import type { GoBuildFacts } from '../../model/binary.js';
import type { Bytes } from '../bytes.js';

const MAGIC = Buffer.from('\xff Go buildinf:', 'latin1');
/** Flag: the strings follow inline, as every Go since 1.18 writes them. */
const INLINE = 2;
/** Module information is framed by 16 marker bytes on each side. */
const FRAME = 16;

/** Reads the build information that Go embeds; undefined when the piece holds none. */
export function readGoBuildInfo(piece: Bytes): GoBuildFacts | undefined {
  const at = piece.find(MAGIC);
  if (at === -1 || at + 32 > piece.length) return undefined;
  if ((piece.u8(at + 15) & INLINE) === 0) return { version: 'go1.17 or older', settings: {} };
  const first = inlineString(piece, at + 32);
  if (first === undefined) return undefined;
  const version = piece.text(first.start, first.length);
  if (!/^(?:go|devel)/.test(version)) return undefined;
  const second = inlineString(piece, first.start + first.length);
  const framed = second !== undefined && second.length > 2 * FRAME;
  const lines = framed ? piece.text(second.start + FRAME, second.length - 2 * FRAME).split('\\u{a}') : [];
  const settings: Record<string, string> = {};
  let path: string | undefined;
  for (const line of lines) {
    const [kind, value = ''] = line.split('\\u{9}');
    if (kind === 'path') path = value;
    const equals = value.indexOf('=');
    if (kind === 'build' && equals > 0) settings[value.slice(0, equals)] = value.slice(equals + 1);
  }
  return { version, settings, ...(path === undefined ? {} : { module: path }) };
}

/** Where a string lies whose length precedes it as a varint; undefined when it does not fit. */
function inlineString(piece: Bytes, position: number): { start: number; length: number } | undefined {
  let length = 0;
  let at = position;
  for (let shift = 0; shift < 28 && at < piece.length; shift += 7) {
    const byte = piece.u8(at++);
    length += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return at + length > piece.length ? undefined : { start: at, length };
  }
  return undefined;
}
