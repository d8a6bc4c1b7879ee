import type { RunContext } from '../../model/context.js';
import type { TraceRecord } from '../../model/session.js';
import { CpexError } from '../../support/errors.js';
import type { BuildFlags, BuildOutcome } from './session.js';
import { stepsCommand } from './steps-command.js';
import { verbsCommand } from './verbs-command.js';

/**
 * The words of `cpex run` that are for builds and for commands of several plugins: `steps PLAN`,
 * `steps PLAN command VERB …` and, with several plugins, `command VERB …`.
 */
export async function buildCommand(
  words: readonly string[],
  flags: BuildFlags,
  context: RunContext,
  showTrace: ((record: TraceRecord) => void) | undefined,
  builtIn: readonly string[],
): Promise<BuildOutcome> {
  const trace = showTrace === undefined ? undefined : (_plugin: string, record: TraceRecord) => showTrace(record);
  if (words[0] === 'command') {
    refuseForCommands(flags);
    return verbsCommand(words.slice(1), undefined, flags, context, trace, builtIn);
  }
  const [, plan, command, ...rest] = words;
  if (command !== 'command') return stepsCommand(words, flags, context, trace, builtIn);
  refuseForCommands(flags);
  if (flags.plugin !== undefined)
    throw new CpexError('CPEX_E_USAGE', 'The plan names the plugins; leave --plugin away.');
  return verbsCommand(rest, plan, flags, context, trace, builtIn);
}

/** What a command of several plugins would ignore is refused. */
function refuseForCommands(flags: BuildFlags): void {
  const unused = (
    ['data', 'config', 'extensions', 'context', 'archive', 'phase', 'record', 'host-config'] as const
  ).find((name) => flags[name] !== undefined);
  if (unused === undefined) return;
  throw new CpexError('CPEX_E_USAGE', `--${unused} means nothing to a command of several plugins.`, {
    remedy: 'A plan gives each plugin its configuration: cpex run steps PLAN command VERB …',
  });
}
