import type { Registration } from '../../model/profile.js';
import { CpexError } from '../../support/errors.js';
import { didYouMean } from '../../support/suggest.js';
import { isFields } from '../json-fields.js';
import { parseArguments } from './command-args.js';
import { renderCommandHelp } from './command-help.js';
import { argumentsOf, type CommandSpec } from './command-spec.js';

/** The request of `command.run`. */
export interface CommandRequest {
  readonly verb_path: readonly string[];
  readonly args: Readonly<Record<string, unknown>>;
  readonly env: Readonly<Record<string, string>>;
}

/** What a command line for a plugin comes to: a call, or a help text that was asked for. */
export type CommandLine =
  | { readonly kind: 'call'; readonly request: CommandRequest }
  | { readonly kind: 'help'; readonly text: string };

/** The request for a verb path whose arguments are known already. */
export function commandRequest(
  verbs: readonly string[],
  args: unknown,
  env: Record<string, string> = {},
): CommandRequest {
  return { verb_path: verbs, args: isFields(args) ? args : {}, env };
}

/** The commands that a plugin declared. */
export function commandsOf(registration: Pick<Registration, 'capabilities'>): readonly CommandSpec[] {
  const { command } = registration.capabilities;
  return Array.isArray(command) ? (command as CommandSpec[]) : [];
}

/**
 * Reads `VERB [SUBVERB…] ARGS…` by what the plugin declared. Throws `CPEX_E_COMMAND_UNKNOWN` and
 * `CPEX_E_COMMAND_ARGUMENTS`; `--help`, or nothing where a verb is needed, gives help.
 */
export function parseCommandArgs(commands: readonly CommandSpec[], words: readonly string[]): CommandLine {
  const path: CommandSpec[] = [];
  let choices = commands;
  let at = 0;
  for (; at < words.length; at++) {
    const word = words[at] ?? '';
    const next = choices.find((one) => one.verb === word);
    if (next === undefined) break;
    path.push(next);
    choices = next.subcommands ?? [];
  }
  const rest = words.slice(at);
  const verbs = path.map((one) => one.verb);
  const spec = path[path.length - 1];
  if (asksForHelp(rest, spec)) return { kind: 'help', text: renderCommandHelp(commands, verbs) };
  // A word that is no verb can only be an argument where the command takes positional ones.
  const stray = rest.find((word) => !word.startsWith('-'));
  if (spec === undefined || (stray !== undefined && choices.length > 0 && !takesPositional(spec))) {
    if (stray !== undefined) throw unknownCommand(verbs, stray, choices);
    return { kind: 'help', text: renderCommandHelp(commands, verbs) };
  }
  if (choices.length > 0 && rest.length === 0 && argumentsOf(spec).length === 0) {
    return { kind: 'help', text: renderCommandHelp(commands, verbs) };
  }
  return { kind: 'call', request: commandRequest(verbs, parseArguments(argumentsOf(spec), rest, verbs.join(' '))) };
}

/**
 * Reads a command line for several plugins, of which each verb belongs to one. Throws as `parseCommandArgs` does,
 * with the verbs of all to choose from.
 */
export function chooseByVerb<T>(
  plugins: readonly { readonly owner: T; readonly registration: Pick<Registration, 'capabilities'> }[],
  words: readonly string[],
): Extract<CommandLine, { kind: 'help' }> | (Extract<CommandLine, { kind: 'call' }> & { readonly owner: T }) {
  const line = parseCommandArgs(
    plugins.flatMap(({ registration }) => commandsOf(registration)),
    words,
  );
  if (line.kind === 'help') return line;
  const [verb] = line.request.verb_path;
  const found = plugins.find(({ registration }) => commandsOf(registration).some((one) => one.verb === verb));
  if (found === undefined) throw unknownCommand([], verb ?? '', []);
  return { ...line, owner: found.owner };
}

function asksForHelp(words: readonly string[], spec: CommandSpec | undefined): boolean {
  const end = words.indexOf('--');
  const before = end === -1 ? words : words.slice(0, end);
  const taken = spec === undefined ? [] : argumentsOf(spec);
  const free = (long: string, short: string) => ({
    long: !taken.some((one) => one.kind !== 'positional' && one.long === long),
    short: !taken.some((one) => one.kind !== 'positional' && one.short === short),
  });
  const help = free('help', 'h');
  return (help.long && before.includes('--help')) || (help.short && before.includes('-h'));
}

function takesPositional(spec: CommandSpec): boolean {
  return argumentsOf(spec).some((one) => one.kind === 'positional');
}

function unknownCommand(path: readonly string[], word: string, choices: readonly CommandSpec[]): CpexError {
  const names = choices.map((one) => one.verb);
  const message =
    names.length === 0 ? 'No plugin declares commands.' : `There is no command "${[...path, word].join(' ')}".`;
  return new CpexError('CPEX_E_COMMAND_UNKNOWN', `${message}${didYouMean(word, names)}`, {
    ...(names.length === 0 ? {} : { evidence: [`commands: ${names.join(', ')}`] }),
  });
}
