import { cacheFolder, probeFor } from '../../build/probe.js';
import type { RunContext } from '../../model/context.js';
import type { Engine } from '../../model/session.js';
import type { Target } from '../../model/target.js';
import { probeEngine } from '../../runtime/probe/engine.js';
import { readyProbe } from '../../runtime/runner-ready.js';
import { CpexError } from '../../support/errors.js';
import { findTool } from '../../support/find-tool.js';
import { splitWords } from '../../support/split-words.js';
import type { Subject } from '../subject.js';

/** A day: a person who steps through a plugin is in no hurry. */
const PATIENCE_MS = 24 * 3600 * 1000;

/** What a debugger gets before the program, to stop where the plugin begins. */
const KNOWN: Readonly<Record<string, (entry: string) => readonly string[]>> = {
  gdb: (entry) => ['-q', '-ex', 'set breakpoint pending on', '-ex', `break ${entry}`, '-ex', 'run', '--args'],
  lldb: (entry) => ['-o', `breakpoint set --name ${entry}`, '-o', 'run', '--'],
};

/** A debugger that was asked for: its command line, or the usual one. */
export interface DebuggerWish {
  readonly command?: string;
}

/**
 * A subject whose tests run under a debugger, without time limits. Ctrl-C is left to the debugger from now on.
 * @throws CpexError `CPEX_E_TEST_DEBUGGER` where there is no debugger, or nobody to use it, `CPEX_E_USAGE` for a plugin
 * that is a process
 */
export async function underDebugger(subject: Subject, wish: DebuggerWish, context: RunContext): Promise<Subject> {
  if (subject.profile.transport !== 'native') {
    throw new CpexError('CPEX_E_USAGE', 'The tests of a plugin that is a process do not run under a debugger.', {
      remedy: 'cpex run --debug says how a debugger attaches to it, and waits.',
    });
  }
  const entry = subject.profile.native?.entry ?? 'main';
  const engine = await debuggerEngine(subject.target, entry, wish.command, context);
  leaveInterruptsAlone();
  return { ...subject, engine, callDeadline: PATIENCE_MS, startDeadline: PATIENCE_MS, stopDeadline: PATIENCE_MS };
}

/**
 * The probe in the foreground under a debugger: it has the terminal, and no time limit counts.
 * @param command the debugger's command line; gdb, else lldb, when absent
 * @param entry where to stop first
 * @throws CpexError `CPEX_E_TEST_DEBUGGER` where there is none, or nobody to use it
 */
async function debuggerEngine(
  target: Target,
  entry: string,
  command: string | undefined,
  context: RunContext,
): Promise<Engine> {
  const argv = command === undefined ? await findDebugger(entry, context) : given(command);
  const { env, signal } = context;
  return probeEngine(async () => {
    const program = await probeFor(target, { env, signal });
    const ready = await readyProbe(program, { cache: cacheFolder(env), env, signal, onFirst: () => undefined });
    return { ...ready, argv: [...argv, ...ready.argv], foreground: true };
  });
}

async function findDebugger(entry: string, { env, interactive }: RunContext): Promise<readonly string[]> {
  if (!interactive) {
    throw new CpexError('CPEX_E_TEST_DEBUGGER', 'There is no terminal for a debugger.', {
      remedy:
        'Run it in a terminal, or name a command that asks nothing: --debugger "gdb -batch -ex run -ex bt --args"',
    });
  }
  for (const [name, words] of Object.entries(KNOWN)) {
    const found = await findTool(name, env);
    if (found !== undefined) return [found, ...words(entry)];
  }
  throw new CpexError('CPEX_E_TEST_DEBUGGER', 'Neither gdb nor lldb is installed.', {
    remedy: 'Install one of them, or name another: --debugger COMMAND',
  });
}

function given(command: string): readonly string[] {
  const words = splitWords(command);
  if (words === undefined || words.length === 0) {
    throw new CpexError('CPEX_E_USAGE', `--debugger is no command line: ${command}`);
  }
  return words;
}

/** Ctrl-C is for the debugger, which is in the same group of processes as cpex. */
function leaveInterruptsAlone(): void {
  process.removeAllListeners('SIGINT');
  process.on('SIGINT', () => undefined);
}

/** Refuses more than one test, or plugin, for which the debugger would start again and again. */
export function requireOne(only: readonly string[], plugins: number): void {
  if (only.length === 1 && !only[0]?.includes('*') && plugins === 1) return;
  throw new CpexError('CPEX_E_USAGE', '--debug runs one test of one plugin.', {
    remedy: 'Name it: cpex test --debug --only mem.req-end',
  });
}
