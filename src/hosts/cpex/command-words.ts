import { type ArgSpec, argumentsOf, type CommandSpec } from './command-spec.js';

/** A word that a shell may complete: behind which verbs, what it is, and what it does. */
export interface CompletableWord {
  readonly verbs: readonly string[];
  readonly word: string;
  readonly help: string;
}

/** What may be completed at all: a shell must never meet anything that it could take for its own language. */
const PLAIN = /^-{0,2}[A-Za-z0-9][A-Za-z0-9_-]*$/;

/** Every word that the commands of a plugin begin with or take, in the order of their declaration. */
export function completableWords(commands: readonly CommandSpec[], verbs: readonly string[] = []): CompletableWord[] {
  return commands.flatMap((command) => {
    const path = [...verbs, command.verb];
    return [
      ...wordOf(verbs, command.verb, command.about),
      ...completableWords(command.subcommands ?? [], path),
      ...argumentsOf(command).flatMap((one) => namesOf(one).flatMap((name) => wordOf(path, name, helpOf(one)))),
    ];
  });
}

function wordOf(verbs: readonly string[], word: string, help: string): CompletableWord[] {
  const whole = [...verbs, word].every((one) => PLAIN.test(one));
  return whole ? [{ verbs, word, help: help.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim() }] : [];
}

function namesOf(spec: ArgSpec): string[] {
  if (spec.kind === 'positional') return [];
  return [`--${spec.long}`, ...(spec.short === undefined ? [] : [`-${spec.short}`])];
}

function helpOf(spec: ArgSpec): string {
  return spec.help ?? '';
}
