/** What Go makes of its zero time in nanoseconds since 1970, which its documentation calls undefined. */
const GO_ZERO = '-6795364578871345152';

/** The years 2000 to 2100 in seconds. */
const FROM = 946_684_800n;
const TO = 4_102_444_800n;

/** Units that times come in by mistake, with how many of them are a second. */
const UNITS = [
  ['seconds', 1n],
  ['milliseconds', 1000n],
  ['microseconds', 1_000_000n],
] as const;

/**
 * What has become of Unix nanoseconds on their way, in words; undefined where they came back as they were.
 * @param given the time as decimal text
 */
export function howLost(given: string, got: unknown): string | undefined {
  if (got === given) return undefined;
  if (got === GO_ZERO) return 'it is that of Go for time.Time{}, where 0 stands for no time';
  if (given === '0') return '0 stands for no time, and has to stay 0';
  if (got === '0') return 'it is gone';
  if (typeof got !== 'string' || !/^-?\d+$/.test(got)) return 'it is no number';
  const [time, back] = [BigInt(given), BigInt(got)];
  for (const [unit, perSecond] of UNITS) {
    if (back === (time / 1_000_000_000n) * perSecond || back === time / (1_000_000_000n / perSecond)) {
      return `it comes in ${unit}`;
    }
    const step = 1_000_000_000n / perSecond;
    if (back === (time / step) * step) return `it was cut to ${unit}`;
    if (back === ((time + step / 2n) / step) * step) return `it was rounded to ${unit}`;
  }
  if (back === BigInt(Number(time))) return 'it went through a floating-point number, which has 53 bits';
  return 'it is another one';
}

/** Why a number is not a time of these years in Unix nanoseconds; undefined where it is, or 0. */
export function noTime(value: string): string | undefined {
  if (value === '0') return undefined;
  if (value === GO_ZERO) return 'it is what Go makes of time.Time{}; 0 stands for no time';
  const time = BigInt(value);
  const within = (perSecond: bigint) => time >= FROM * perSecond && time < TO * perSecond;
  if (within(1_000_000_000n)) return undefined;
  const unit = UNITS.find(([, perSecond]) => within(perSecond));
  return unit === undefined ? 'it lies in none of the years 2000 to 2100' : `it is in ${unit[0]}`;
}
