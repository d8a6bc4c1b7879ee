import { expected } from './scalar-json.js';
import { ValueProblem } from './value-problem.js';
import { WireProblem } from './wire.js';

/** Seconds and nanoseconds, as both messages of times have them. */
interface Plain {
  readonly seconds: bigint;
  readonly nanos: number;
}

type Fields = Readonly<Record<string, unknown>>;

const FORM = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?(Z|([+-])(\d{2}):(\d{2}))$/;
/** `1.5s`, and the odder `1.s`, `.5s` and `+1s`, which Go takes as well. */
const SPAN = /^([+-]?)(?:(0|[1-9]\d{0,11})(?:\.(\d{0,9}))?|\.(\d{1,9}))s$/;
/** 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z in seconds. */
const EARLIEST = -62_135_596_800n;
const LATEST = 253_402_300_799n;
/** Ten thousand years in seconds, which a duration may have. */
const LONGEST = 315_576_000_000n;

/** Reads `2026-11-22T01:02:03.5Z`. Throws a `ValueProblem`. */
export function timestampPlain(value: unknown): Plain {
  const parts = typeof value === 'string' ? FORM.exec(value) : null;
  if (parts === null) throw expected('a time such as "2026-11-22T01:02:03Z"', value);
  const [, date = '', time = '', fraction = '', , sign, hours = '0', minutes = '0'] = parts;
  const milliseconds = Date.parse(`${date}T${time}Z`);
  // A day that its month does not have would be taken for one of the next month.
  const real = !Number.isNaN(milliseconds) && new Date(milliseconds).toISOString().startsWith(`${date}T${time}`);
  if (!real || Number(hours) > 23 || Number(minutes) > 59) throw expected('a time that there is', value);
  const offset = (Number(hours) * 60 + Number(minutes)) * 60 * (sign === '-' ? -1 : 1);
  const seconds = BigInt(milliseconds / 1000 - offset);
  if (seconds < EARLIEST || seconds > LATEST) throw new ValueProblem('expected a time from year 1 to 9999.');
  return { seconds, nanos: Number(fraction.padEnd(9, '0')) };
}

/** Writes a time in UTC with as many groups of three digits as it needs. */
export function timestampJson(fields: Fields): string {
  const { seconds, nanos } = plain(fields);
  if (seconds < EARLIEST || seconds > LATEST || nanos < 0 || nanos > 999_999_999) {
    throw new WireProblem(`a time of ${seconds} seconds and ${nanos} nanoseconds is in no year from 1 to 9999`);
  }
  return `${new Date(Number(seconds) * 1000).toISOString().slice(0, 19)}${fractionText(nanos)}Z`;
}

/** Reads `1.5s`. Throws a `ValueProblem`. */
export function durationPlain(value: unknown): Plain {
  const parts = typeof value === 'string' ? SPAN.exec(value) : null;
  if (parts === null) throw expected('a duration such as "1.5s"', value);
  const [, sign = '', whole = '0', fraction = '', bare = fraction] = parts;
  const seconds = BigInt(whole);
  if (seconds > LONGEST) throw new ValueProblem(`expected a duration of at most ${LONGEST} seconds.`);
  const nanos = Number(bare.padEnd(9, '0'));
  return sign === '-' ? { seconds: -seconds, nanos: nanos === 0 ? 0 : -nanos } : { seconds, nanos };
}

/** Writes a duration in seconds. */
export function durationJson(fields: Fields): string {
  const { seconds, nanos } = plain(fields);
  const mixed = (seconds > 0n && nanos < 0) || (seconds < 0n && nanos > 0);
  if (seconds > LONGEST || seconds < -LONGEST || Math.abs(nanos) > 999_999_999 || mixed) {
    throw new WireProblem(`${seconds} seconds and ${nanos} nanoseconds are no duration`);
  }
  const sign = seconds < 0n || nanos < 0 ? '-' : '';
  return `${sign}${seconds < 0n ? -seconds : seconds}${fractionText(Math.abs(nanos))}s`;
}

function plain({ seconds, nanos }: Fields): Plain {
  return { seconds: BigInt(String(seconds ?? 0)), nanos: Number(nanos ?? 0) };
}

/** `.500`, `.000001` or nothing. */
function fractionText(nanos: number): string {
  if (nanos === 0) return '';
  const digits = String(nanos).padStart(9, '0');
  return `.${digits.replace(/(?:000){1,2}$/, '')}`;
}
