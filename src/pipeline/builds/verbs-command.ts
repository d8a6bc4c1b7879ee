import path from 'node:path';
import { chooseByVerb } from '../../hosts/cpex/commands.js';
import type { RunContext } from '../../model/context.js';
import type { ServiceEvent } from '../../model/profile.js';
import { eventValue } from '../../running/event-value.js';
import { CpexError } from '../../support/errors.js';
import { lateSignal } from '../../support/late-signal.js';
import { printable } from '../../support/printable.js';
import { refuseConflicts } from './conflicts.js';
import type { Member, Outcome } from './member.js';
import { findPlugins, readPlan } from './plan.js';
import { type BuildFlags, type BuildOutcome, PluginSession, type SessionParts } from './session.js';
import { GRACE_MS } from './step-run.js';

/** Milliseconds that a command may take without --timeout. */
const USUAL_TIMEOUT_MS = 30_000;

/**
 * `command VERB … ARGS` with several plugins: those of a plan, or those of `--plugin`. A plugin that cannot be used is
 * named, and the others go on without it.
 * @param words from the verb on
 * @param plan file of a plan; the plugins of the flags where there is none
 */
export async function verbsCommand(
  words: readonly string[],
  plan: string | undefined,
  flags: BuildFlags,
  context: RunContext,
  showTrace: SessionParts['showTrace'],
  builtIn: readonly string[],
): Promise<BuildOutcome> {
  const sources = await pluginsOf(plan, flags, context);
  const events: object[] = [];
  const observe = (plugin: string, event: ServiceEvent) => {
    events.push({ plugin, ...eventValue(event) });
    if (event.kind === 'finding') context.emit({ type: 'finding', finding: event.finding });
    else if (event.kind !== 'http') context.emit({ type: 'service', event });
  };
  const refused: string[] = [];
  return PluginSession.run(
    { ...sources, archives: {}, flags, context, showTrace, observe },
    async (members, session) => {
      refuseConflicts(members, builtIn);
      const line = chooseByVerb(
        members.map((member) => ({ owner: member, registration: member.registration })),
        words,
      );
      if (line.kind === 'help') return { value: { help: line.text }, text: () => line.text };
      const { owner: member, request } = line;
      const outcome = await callCommand(member, request, flags.timeout ?? USUAL_TIMEOUT_MS, context.signal);
      const value = {
        plugin: member.name,
        method: 'command.run',
        request,
        ...(outcome.kind === 'result' ? { result: outcome.result } : { error: { message: outcome.message } }),
        refused,
        events,
        ...(flags.trace === true ? { trace: session.traced } : {}),
      };
      return { value, text: () => '', ...endOf(member, outcome, context) };
    },
    ({ name }, error) => {
      if (context.signal.aborted) throw error;
      refused.push(name);
      const why = error instanceof Error ? error.message : String(error);
      context.emit({ type: 'note', level: 'warn', text: `${why} The other plugins go on without ${name}.` });
    },
  );
}

/** How a command ended: its exit code, and its one line for the user. */
function endOf(member: Member, outcome: Outcome, context: RunContext): Pick<BuildOutcome, 'exit' | 'failure'> {
  if (context.signal.aborted) return { failure: new CpexError('CPEX_E_INTERRUPTED', 'Interrupted.') };
  if (outcome.kind === 'error') {
    return { failure: new CpexError(outcome.code ?? 'CPEX_E_PLUGIN_ANSWER', `${member.name}: ${outcome.message}`) };
  }
  const { exit_code, message } = outcome.result as { exit_code: number; message?: string };
  if (message !== undefined && message !== '') {
    context.emit({
      type: 'service',
      event: { kind: 'output', stream: 'stderr', bytes: Buffer.from(`${printable(message)}\n`, 'utf8') },
    });
  }
  // A process can pass on eight bits only; what would become 0 there stays a failure.
  return exit_code === 0 ? {} : { exit: exit_code & 0xff || 1 };
}

/** Calls the command; after Ctrl-C it has a while to notice. */
async function callCommand(member: Member, request: unknown, timeoutMs: number, signal: AbortSignal): Promise<Outcome> {
  const late = lateSignal(signal, GRACE_MS);
  const kill = () => member.kill();
  const cancel = () => member.cancel(true);
  late.signal.addEventListener('abort', kill, { once: true });
  signal.addEventListener('abort', cancel, { once: true });
  try {
    return await member.invoke('command.run', request, timeoutMs);
  } finally {
    late.stop();
    signal.removeEventListener('abort', cancel);
  }
}

async function pluginsOf(plan: string | undefined, flags: BuildFlags, context: RunContext) {
  const options = { debug: flags.debug ?? false };
  if (plan !== undefined) {
    const { file, plugins } = await readPlan(plan, context, options);
    return { plugins, root: path.dirname(file) };
  }
  const { plugins, problems } = await findPlugins(flags.plugin ?? [], context.cwd, context, options);
  if (problems.length === 0) return { plugins };
  throw new CpexError('CPEX_E_USAGE', 'A plugin was not found; nothing was run.', {
    evidence: problems.map(({ path: at, message }) => `--plugin ${flags.plugin?.[Number(at[1])]}: ${message}`),
  });
}
