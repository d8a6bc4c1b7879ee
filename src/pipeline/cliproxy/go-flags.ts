import { flagValue } from './flag-values.js';
import type { KnownFlag } from './flags.js';

/** A command line as Go's flag package reads it, or what it says instead. */
export type FlagReading =
  | {
      readonly ok: true;
      /** Flags that were given, with their values as the host writes them. */
      readonly given: ReadonlyMap<string, string>;
      /** Words after the flags. */
      readonly rest: readonly string[];
    }
  | {
      readonly ok: false;
      /** Empty when help was asked for. */
      readonly message: string;
      /** 0 when help was asked for, else 2. */
      readonly exit: number;
    };

/** Reads `-name value`, `--name=value` and the forms of bool flags; ends at the first word that is no flag. */
export function parseFlags(words: readonly string[], flags: ReadonlyMap<string, KnownFlag>): FlagReading {
  const given = new Map<string, string>();
  const rest = [...words];
  for (;;) {
    const word = rest[0];
    if (word === undefined || word.length < 2 || !word.startsWith('-')) return { ok: true, given, rest };
    rest.shift();
    if (word === '--') return { ok: true, given, rest };
    const problem = readOne(word, rest, flags, given);
    if (problem !== undefined) return { ok: false, ...problem };
  }
}

type Problem = { readonly message: string; readonly exit: number };

function readOne(
  word: string,
  rest: string[],
  flags: ReadonlyMap<string, KnownFlag>,
  given: Map<string, string>,
): Problem | undefined {
  const body = word.slice(word.startsWith('--') ? 2 : 1);
  if (body === '' || body.startsWith('-') || body.startsWith('=')) return failed(`bad flag syntax: ${word}`);
  const equals = body.indexOf('=', 1);
  const name = equals === -1 ? body : body.slice(0, equals);
  const flag = flags.get(name);
  if (flag === undefined) {
    if (name === 'help' || name === 'h') return { message: '', exit: 0 };
    return failed(`flag provided but not defined: -${name}`);
  }
  const bool = flag.type === 'bool';
  let value = equals === -1 ? undefined : body.slice(equals + 1);
  if (value === undefined && !bool) {
    value = rest.shift();
    if (value === undefined) return failed(`flag needs an argument: -${name}`);
  }
  const raw = value ?? 'true';
  const read = flagValue(flag.type, raw);
  if (read === undefined) {
    const why = `invalid ${flag.type} value ${JSON.stringify(raw)}`;
    return failed(
      bool
        ? `invalid boolean value ${JSON.stringify(raw)} for -${name}: ${why}`
        : `invalid value ${JSON.stringify(raw)} for flag -${name}: ${why}`,
    );
  }
  given.set(name, read);
  return undefined;
}

function failed(message: string): Problem {
  return { message, exit: 2 };
}

/** The list of flags as the host prints it. */
export function flagUsage(program: string, flags: ReadonlyMap<string, KnownFlag>): string {
  const lines = [`Usage of ${program}`];
  const sorted = [...flags.values()].sort((one, other) =>
    Buffer.compare(Buffer.from(one.name), Buffer.from(other.name)),
  );
  for (const flag of sorted) {
    if (flag.name === 'password') continue;
    const { argument, usage } = unquote(flag);
    const head = `  -${flag.name}${argument === '' ? '' : ` ${argument}`}`;
    const shown = ['', 'false', '0'].includes(flag.value) ? '' : ` (default ${flag.value})`;
    lines.push(`${head}${head.length <= 4 ? '\t' : '\n    '}${usage}${shown}`);
  }
  return `${lines.join('\n')}\n`;
}

/** The name of a flag's value: what the usage has in back quotes, else the type. */
function unquote(flag: KnownFlag): { argument: string; usage: string } {
  const quoted = /`([^`]*)`/.exec(flag.usage);
  if (quoted !== null) return { argument: quoted[1] ?? '', usage: flag.usage.replace(quoted[0], quoted[1] ?? '') };
  if (flag.type === 'bool') return { argument: '', usage: flag.usage };
  // The host reads a plugin's flags with a type of its own, for which Go has no name.
  return { argument: flag.plugin === undefined ? flag.type : 'value', usage: flag.usage };
}
