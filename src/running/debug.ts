import { createInterface } from 'node:readline/promises';
import type { RunContext } from '../model/context.js';
import type { ReattachRecord } from '../model/process.js';
import type { ProcessFacts } from '../model/session.js';
import type { Language } from '../model/target.js';
import { printable } from '../support/printable.js';
import { shellWord } from '../support/shell-word.js';
import { reattachValue } from './reattach.js';
import type { RunSession } from './session.js';

/** How a plugin's process was started, and how it can be found: for people who debug it. */
export interface DebugFacts {
  readonly argv: readonly string[];
  readonly cwd: string;
  /** Variables that the terminal does not have, or has with another value. */
  readonly set: Readonly<Record<string, string>>;
  /** Variables of the terminal that the process does not have. */
  readonly unset: readonly string[];
  readonly pid: number;
  readonly reattach?: ReattachRecord;
}

/** What was different for a process from what a shell in this terminal would start. The mark of the session is left out. */
export function debugFacts({ argv, cwd, env, mark, pid }: ProcessFacts, own: RunContext['env']): DebugFacts {
  const entries = Object.entries(env).filter(([name, value]) => name !== mark && own[name] !== value);
  const unset = Object.keys(own).filter((name) => own[name] !== undefined && env[name] === undefined);
  return { argv, cwd, set: Object.fromEntries(entries) as Record<string, string>, unset: unset.sort(), pid };
}

/** The same as lines for a shell, which start the program as it was started. */
export function startText({ argv, cwd, set, unset }: DebugFacts): string {
  return [
    `cd ${shellWord(cwd)}`,
    ...unset.map((name) => `unset ${shellWord(name)}`),
    ...Object.entries(set)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => `export ${name}=${shellWord(value)}`),
    argv.map(shellWord).join(' '),
  ].join('\n');
}

/** The record for other hosts; undefined for plugins that nobody but their own host can reach. */
export function reattachOf({ registration, subject, pid }: RunSession): ReattachRecord | undefined {
  if (subject.profile.transport !== 'grpc') return undefined;
  const { version, network, address, tls } = (registration.raw ?? {}) as Record<string, unknown>;
  if (tls === true || typeof version !== 'number' || typeof address !== 'string') return undefined;
  if (network !== 'unix' && network !== 'tcp') return undefined;
  // cpex ends it: no other host may.
  return { protocol: 'grpc', protocolVersion: version, pid, address: { network, address }, test: true };
}

/** Says how to get at a plugin that runs, as lines for stderr. */
export function holdText(session: RunSession): string {
  const { pid, subject } = session;
  const record = reattachOf(session);
  return [
    `process: ${pid}; a debugger attaches with: ${attachCommand(pid, subject.project?.manifest.language)}`,
    ...(record === undefined ? [] : [`reattach: ${printable(JSON.stringify(reattachValue(record)))}`]),
  ].join('\n');
}

function attachCommand(pid: number, language: Language | undefined): string {
  if (language === 'go') return `dlv attach ${pid}`;
  const debuggers = { linux: 'gdb', win32: 'windbg' } as Readonly<Record<string, string>>;
  return `${debuggers[process.platform] ?? 'lldb'} -p ${pid}`;
}

/** What `cpex run --debug` shows of a plugin that is a process, and how it waits for people. Nothing for libraries. */
export class DebugView {
  private facts: DebugFacts | undefined;

  /**
   * @param show takes the lines; absent where a machine gets them from `value`
   * @param asks wait for Enter before the call
   */
  constructor(
    private readonly context: RunContext,
    private readonly show: ((lines: string) => void) | undefined,
    private readonly asks: boolean,
  ) {}

  readonly spawned = (facts: ProcessFacts): void => {
    this.facts = debugFacts(facts, this.context.env);
    this.show?.(`${startText(this.facts)}\n`);
  };

  readonly hold = async (session: RunSession): Promise<void> => {
    if (this.facts === undefined) return;
    const reattach = reattachOf(session);
    if (reattach !== undefined) this.facts = { ...this.facts, reattach };
    this.show?.(`${holdText(session)}\n`);
    if (this.asks && this.context.interactive) await waitForEnter(session, this.context.signal);
  };

  /** What was shown, for machines; undefined for a library. */
  get value(): object | undefined {
    if (this.facts === undefined) return undefined;
    const { reattach, ...rest } = this.facts;
    return { ...rest, ...(reattach === undefined ? {} : { reattach: reattachValue(reattach) }) };
  }
}

/** Resolves when the user presses Enter, interrupts, or the plugin has ended. */
async function waitForEnter(session: RunSession, interrupted: AbortSignal): Promise<void> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const over = new AbortController();
  void session.ended.then(() => over.abort());
  try {
    await lines.question('Press Enter to make the call. ', { signal: AbortSignal.any([interrupted, over.signal]) });
  } catch (error) {
    if (!(error instanceof Error && error.name === 'AbortError')) throw error;
  } finally {
    lines.close();
  }
}
