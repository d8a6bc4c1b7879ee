import { formatDuration, parseDuration } from './go-duration.js';

/** Types of flags that a plugin may declare. */
export type FlagType = 'bool' | 'string' | 'int' | 'int64' | 'float64' | 'duration';

const TYPES: readonly string[] = ['bool', 'string', 'int', 'int64', 'float64', 'duration'];

/** The type that a declaration means; bool where it says nothing. */
export function flagType(raw: string): FlagType | undefined {
  const word = raw.trim().toLowerCase();
  if (word === '') return 'bool';
  return TYPES.includes(word) ? (word as FlagType) : undefined;
}

/** A value as the host writes it after reading it as Go does; undefined where it does not parse. */
export function flagValue(type: FlagType, raw: string): string | undefined {
  const blank = raw.trim() === '';
  switch (type) {
    case 'bool':
      return blank ? 'false' : parseBool(raw);
    case 'string':
      return raw;
    case 'int':
    case 'int64':
      return blank ? '0' : parseInteger(raw);
    case 'float64':
      return blank ? '0' : parseFloat64(raw);
    case 'duration': {
      const read = blank ? 0n : parseDuration(raw);
      return read === undefined ? undefined : formatDuration(read);
    }
  }
}

function parseBool(raw: string): string | undefined {
  if (['1', 't', 'T', 'true', 'TRUE', 'True'].includes(raw)) return 'true';
  return ['0', 'f', 'F', 'false', 'FALSE', 'False'].includes(raw) ? 'false' : undefined;
}

function parseInteger(raw: string): string | undefined {
  if (!/^[+-]?[0-9]+$/.test(raw)) return undefined;
  const value = raw.startsWith('-') ? -BigInt(raw.slice(1)) : BigInt(raw.replace('+', ''));
  return value >= -(2n ** 63n) && value < 2n ** 63n ? value.toString() : undefined;
}

function parseFloat64(raw: string): string | undefined {
  const special = /^([+-]?)(inf|infinity|nan)$/i.exec(raw);
  if (special !== null) return /nan/i.test(raw) ? 'NaN' : special[1] === '-' ? '-Inf' : '+Inf';
  if (!/^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]+)?$/i.test(raw)) return undefined;
  const value = Number(raw);
  return Number.isFinite(value) ? formatFloat(value) : undefined;
}

/** As Go's FormatFloat does with 'g' and the fewest digits: with an exponent from 1e+06 and below 1e-04. */
function formatFloat(value: number): string {
  if (Object.is(value, -0)) return '-0';
  const [mantissa = '', power = '0'] = value.toExponential().split('e');
  const exponent = Number(power);
  // JavaScript writes numbers of this size without an exponent as well.
  if (exponent >= -4 && exponent < 6) return String(value);
  return `${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}
