import { CpexError } from '../../support/errors.js';
import { didYouMean } from '../../support/suggest.js';
import type { ArgSpec, FlagArg, OptionArg, PositionalArg, ValueType } from './command-spec.js';

type Named = OptionArg | FlagArg;

const INT64: readonly [bigint, bigint] = [-(2n ** 63n), 2n ** 63n - 1n];

/**
 * Reads a command's arguments by its declaration: `--name value`, `--name=value`, `-n value`,
 * `-nvalue`, `-n=value`, clusters of flags, `--` before words to be taken as they stand. Flags are
 * always in the result, options when given or with a default; integers beyond 2^53 are bigints.
 * Throws `CPEX_E_COMMAND_ARGUMENTS`.
 */
export function parseArguments(
  specs: readonly ArgSpec[],
  words: readonly string[],
  command: string,
): Record<string, unknown> {
  return new ArgumentReader(specs, words, command).read();
}

class ArgumentReader {
  private readonly named: readonly Named[];
  private readonly positional: readonly PositionalArg[];
  private readonly values = new Map<string, unknown>();
  private readonly free: string[] = [];
  private at = 0;

  constructor(
    private readonly specs: readonly ArgSpec[],
    private readonly words: readonly string[],
    private readonly command: string,
  ) {
    this.named = specs.filter((one) => one.kind !== 'positional');
    this.positional = specs.filter((one) => one.kind === 'positional');
  }

  read(): Record<string, unknown> {
    while (this.at < this.words.length) {
      const word = this.words[this.at++] ?? '';
      if (word === '--') {
        this.free.push(...this.words.slice(this.at));
        break;
      }
      if (word.startsWith('--')) this.long(word.slice(2));
      else if (word.length > 1 && word.startsWith('-') && !this.isNegativeNumber(word)) this.short(word.slice(1));
      else this.free.push(word);
    }
    this.placePositional();
    this.fillIn();
    // fromEntries defines plain properties, whatever names a plugin has chosen.
    return Object.fromEntries(this.values);
  }

  private long(text: string): void {
    const equals = text.indexOf('=');
    const name = equals === -1 ? text : text.slice(0, equals);
    const given = equals === -1 ? undefined : text.slice(equals + 1);
    const spec = this.named.find((one) => one.long === name);
    if (spec === undefined) {
      const known = this.named.map((one) => `--${one.long}`);
      throw this.fail(`has no option --${name}.${didYouMean(`--${name}`, known)}`);
    }
    this.take(spec, given, `--${name}`);
  }

  /** `-abc`: flags, of which the last may be an option with its value behind it. */
  private short(cluster: string): void {
    const letters = [...cluster];
    for (const [index, letter] of letters.entries()) {
      const spec = this.named.find((one) => one.short === letter);
      if (spec === undefined) throw this.fail(`has no option -${letter}.`);
      const behind = letters.slice(index + 1).join('');
      if (spec.kind === 'option' || behind.startsWith('=')) {
        const value = behind.startsWith('=') ? behind.slice(1) : behind === '' ? undefined : behind;
        this.take(spec, value, `-${letter}`);
        return;
      }
      this.take(spec, undefined, `-${letter}`);
    }
  }

  private take(spec: Named, given: string | undefined, shown: string): void {
    if (this.values.has(spec.long)) throw this.fail(`was given ${shown} twice.`);
    if (spec.kind === 'flag') {
      if (given !== undefined) throw this.fail(`takes no value for ${shown}.`);
      this.values.set(spec.long, true);
      return;
    }
    const value = given ?? this.words[this.at++];
    if (value === undefined) throw this.fail(`needs a value for ${shown}.`);
    this.values.set(spec.long, this.convert(value, spec.value_type, shown));
  }

  private placePositional(): void {
    for (const [index, word] of this.free.entries()) {
      const spec = this.positional[index];
      if (spec === undefined) throw this.fail(`does not know what to do with "${word}".`);
      this.values.set(spec.name, this.convert(word, spec.value_type, spec.name));
    }
  }

  private fillIn(): void {
    for (const spec of this.named) {
      if (this.values.has(spec.long)) continue;
      if (spec.kind === 'flag') this.values.set(spec.long, false);
      else if (spec.default !== undefined) this.values.set(spec.long, spec.default);
    }
    const missing = this.specs.filter((one) => one.kind !== 'flag' && one.required && !this.values.has(keyOf(one)));
    if (missing.length === 0) return;
    const names = missing.map((one) => (one.kind === 'positional' ? one.name.toUpperCase() : `--${one.long}`));
    throw this.fail(`needs ${names.join(', ')}.`);
  }

  private convert(text: string, type: ValueType, shown: string): unknown {
    if (type === 'int') {
      const value = /^[+-]?\d+$/.test(text) ? BigInt(text.replace(/^\+/, '')) : undefined;
      if (value === undefined) throw this.fail(`needs a whole number for ${shown}, not "${text}".`);
      if (value < INT64[0] || value > INT64[1]) throw this.fail(`needs a number of 64 bits for ${shown}, not ${text}.`);
      return Number.isSafeInteger(Number(value)) ? Number(value) : value;
    }
    if (type === 'bool') {
      if (text !== 'true' && text !== 'false') throw this.fail(`needs true or false for ${shown}, not "${text}".`);
      return text === 'true';
    }
    return text;
  }

  /** `-5` is a number unless the command has an option of that letter. */
  private isNegativeNumber(word: string): boolean {
    return /^-\d+$/.test(word) && !this.named.some((one) => one.short === word[1]);
  }

  private fail(what: string): CpexError {
    return new CpexError('CPEX_E_COMMAND_ARGUMENTS', `The command "${this.command}" ${what}`, {
      remedy: `cpex run command ${this.command} --help shows what it takes.`,
    });
  }
}

function keyOf(spec: ArgSpec): string {
  return spec.kind === 'positional' ? spec.name : spec.long;
}
