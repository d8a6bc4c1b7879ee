import { describe, expect, it } from 'vitest';
import { howLost, noTime } from '../../src/testing/conformance/processes/console-times.js';

const NANOS = '1767225600123456789';
const GO_ZERO = '-6795364578871345152';

describe('times of Console', () => {
  it.each([
    [NANOS, NANOS, undefined],
    [NANOS, '1767225600', /comes in seconds/],
    [NANOS, '1767225600123', /comes in milliseconds/],
    [NANOS, '1767225600000000000', /cut to seconds/],
    [NANOS, '1767225600123456000', /cut to microseconds/],
    [NANOS, '1767225600123457000', /rounded to microseconds/],
    [NANOS, String(BigInt(Number(NANOS))), /floating-point/],
    [NANOS, '0', /gone/],
    [NANOS, '1767225600123456790', /another one/],
    ['0', '0', undefined],
    ['0', GO_ZERO, /time\.Time\{\}/],
    ['0', NANOS, /has to stay 0/],
    [NANOS, undefined, /no number/],
  ])('says what has become of %s where it is %s', (given, got, words) => {
    const said = howLost(given, got);
    if (words === undefined) expect(said).toBeUndefined();
    else expect(said).toMatch(words);
  });

  it.each([
    [NANOS, undefined],
    ['0', undefined],
    ['1767225600', /seconds/],
    ['1767225600123', /milliseconds/],
    ['1767225600123456', /microseconds/],
    ['12', /2000 to 2100/],
    [GO_ZERO, /time\.Time\{\}/],
  ])('takes %s for a time in nanoseconds, or says why it is none', (value, words) => {
    const said = noTime(value);
    if (words === undefined) expect(said).toBeUndefined();
    else expect(said).toMatch(words);
  });
});
