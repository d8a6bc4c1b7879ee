/** Go's zero `time.Time`. */
export const ZERO_TIME = '0001-01-01T00:00:00Z';

/** What Go's `time.Time` makes of a text: the text that it writes for the same moment, or its error. */
export type TimeReading =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly message: string };

const LAYOUT = '2006-01-02T15:04:05Z07:00';

/** The parts of the layout in order: what separates them, their name in messages, digits, and the range. */
const PARTS = [
  { before: '', layout: '2006', digits: /^\d\d{3}/, max: 9999, min: 0, word: 'year' },
  { before: '-', layout: '01', digits: /^\d\d/, max: 12, min: 1, word: 'month' },
  { before: '-', layout: '02', digits: /^\d\d/, max: 99, min: 0, word: 'day' },
  { before: 'T', layout: '15', digits: /^\d\d?/, max: 23, min: 0, word: 'hour' },
  { before: ':', layout: '04', digits: /^\d\d/, max: 59, min: 0, word: 'minute' },
  { before: ':', layout: '05', digits: /^\d\d/, max: 59, min: 0, word: 'second' },
] as const;

/**
 * Reads a time as `time.Time.UnmarshalJSON` does: RFC 3339, and what Go lets pass beside it.
 * @param raw the text between the quotes, escapes not resolved, one byte per character: Go does not resolve them either
 */
export function readTime(raw: string): TimeReading {
  const fail = (what: string): TimeReading => ({ ok: false, message: `parsing time ${quote(raw)}${what}` });
  const cannot = (rest: string, layout: string): TimeReading =>
    fail(` as ${quote(LAYOUT)}: cannot parse ${quote(rest)} as ${quote(layout)}`);
  const numbers: number[] = [];
  let rest = raw;
  for (const part of PARTS) {
    if (!rest.startsWith(part.before)) return cannot(rest, part.before);
    rest = rest.slice(part.before.length);
    const digits = part.digits.exec(rest)?.[0];
    if (digits === undefined) return cannot(rest, part.layout);
    const number = Number(digits);
    rest = rest.slice(digits.length);
    if (number < part.min || number > part.max) return fail(`: ${part.word} out of range`);
    numbers.push(number);
  }
  const fraction = /^[.,]\d+/.exec(rest)?.[0] ?? '';
  rest = rest.slice(fraction.length);
  const zone = readZone(rest);
  if (zone === undefined) return cannot(rest, 'Z07:00');
  if (typeof zone === 'string') return fail(`: ${zone} out of range`);
  rest = rest.slice(zone.length);
  if (rest !== '') return fail(`: extra text: ${quote(rest)}`);
  const [year = 0, month = 1, day = 0, hour, minute, second] = numbers;
  if (day < 1 || day > daysIn(year, month)) return fail(': day out of range');
  const nanoseconds = fraction.slice(1, 10).replace(/0+$/, '');
  const date = `${pad(year, 4)}-${pad(month)}-${pad(day)}`;
  const clock = `${pad(hour)}:${pad(minute)}:${pad(second)}${nanoseconds === '' ? '' : `.${nanoseconds}`}`;
  return { ok: true, text: `${date}T${clock}${zoneText(zone.minutes)}` };
}

/** A zone: its length in the text and its offset; the word of what is out of range; undefined for none. */
function readZone(text: string): { readonly length: number; readonly minutes: number } | string | undefined {
  if (text.startsWith('Z')) return { length: 1, minutes: 0 };
  if (text.length < 6 || text.charAt(3) !== ':') return undefined;
  const hours = /^.(\d\d)/.exec(text)?.[1];
  const minutes = /^.{4}(\d\d)/.exec(text)?.[1];
  // The ranges are Go's: somebody does write 24 hours or 60 minutes. They are checked before anything else is.
  if (Number(hours) > 24) return 'time zone offset hour';
  if (hours !== undefined && Number(minutes) > 60) return 'time zone offset minute';
  const sign = text.startsWith('+') ? 1 : text.startsWith('-') ? -1 : 0;
  if (hours === undefined || minutes === undefined || sign === 0) return undefined;
  return { length: 6, minutes: sign * (Number(hours) * 60 + Number(minutes)) };
}

function zoneText(offset: number): string {
  if (offset === 0) return 'Z';
  const minutes = Math.abs(offset);
  return `${offset < 0 ? '-' : '+'}${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}`;
}

function daysIn(year: number, month: number): number {
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0;
}

function pad(number: number | undefined, width = 2): string {
  return String(number ?? 0).padStart(width, '0');
}

/** A text in quotes as Go's time package shows it: controls and bytes beyond ASCII as `\xNN`. */
function quote(text: string): string {
  const shown = text.replace(/[^ -\u007f]|["\\]/g, (character) =>
    character === '"' || character === '\\'
      ? `\\${character}`
      : `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
  return `"${shown}"`;
}
