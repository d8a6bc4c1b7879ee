import type { EngineName } from '../build/engine.js';
import { streamValue } from '../host-process/stream-value.js';
import type { PluginForm } from '../hosts/form.js';
import type { RunContext } from '../model/context.js';
import type { ReattachRecord } from '../model/process.js';
import type { TraceRecord } from '../model/session.js';
import type { PipelineFlags } from '../pipeline/cliproxy/which-host.js';
import { type ApplicationFlags, readApplication } from '../project/application.js';
import { runDisplay } from '../report/run-text.js';
import { traceLine, traceValue } from '../report/trace-text.js';
import { CpexError } from '../support/errors.js';
import { answerText, hints, lastWords, showPiece } from './answer-text.js';
import { DebugView } from './debug.js';
import { eventValue } from './event-value.js';
import { holdPlugin } from './hold.js';
import { readData } from './input.js';
import { promptLoop } from './loop.js';
import { readReattach } from './reattach.js';
import type { ServeFlags } from './serve/command.js';
import { type RunOptions, type RunReport, runOnce } from './service.js';

/** The flags of `cpex run` as the parser gives them. */
export interface RunFlags extends PipelineFlags, ServeFlags, ApplicationFlags {
  readonly serve?: boolean;
  readonly extensions?: string | undefined;
  readonly context?: string | undefined;
  readonly target?: string | undefined;
  readonly as?: PluginForm | undefined;
  readonly engine?: EngineName | undefined;
  readonly runner?: string | undefined;
  readonly codec?: string | undefined;
  readonly reattach?: string | undefined;
  readonly archive?: string | undefined;
  readonly phase?: string | undefined;
}

interface RunOutcome {
  readonly value: unknown;
  readonly text: () => string;
  readonly exit?: number;
  readonly failure?: CpexError;
}

/** One call, or the prompt loop when there are no words and somebody to ask. */
export async function runCommand(
  words: readonly string[],
  flags: RunFlags,
  context: RunContext,
  /** Names of the commands of cpex itself, which no plugin may claim beside others. */
  builtIn: readonly string[] = [],
): Promise<RunOutcome> {
  const traced: TraceRecord[] = [];
  const shown: RunContext = flags.json ? context : { ...context, emit: display(context) };
  if (flags.serve) {
    refuseTarget(flags);
    const { serveCommand } = await import('./serve/command.js');
    return serveCommand(words, flags, shown, showTrace);
  }
  if (words[0] === 'pipeline') {
    const { pipelineHookCommand } = await import('../pipeline/cpex/command.js');
    return pipelineHookCommand(words.slice(1), flags, shown);
  }
  if (words[0] === 'steps' || (words[0] === 'command' && several(flags))) {
    refuseTarget({ ...flags, codec: undefined });
    const { buildCommand } = await import('../pipeline/builds/command.js');
    return buildCommand(words, flags, shown, flags.json ? undefined : showTrace, builtIn);
  }
  const { pipelineHost } = await import('../pipeline/cliproxy/which-host.js');
  const together = await pipelineHost(words, flags, context);
  if (together !== undefined) {
    refuseTarget(flags);
    const { pipelineCommand } = await import('../pipeline/cliproxy/command.js');
    return pipelineCommand(together, words, flags, shown, flags.json ? undefined : showTrace);
  }
  const interactive = context.interactive && !flags.json;
  const view = flags.debug
    ? new DebugView({ ...shown, interactive }, flags.json && words.length > 0 ? undefined : showLines, words.length > 0)
    : undefined;
  const options: RunOptions = {
    words,
    ...pick(flags),
    application: readApplication(flags, context.cwd),
    ...(flags.reattach === undefined ? {} : { reattach: await reattachOf(flags.reattach, flags, context) }),
    ...(view === undefined ? {} : { spawned: view.spawned, hold: view.hold }),
    ...(flags.context === undefined ? {} : { contextData: flags.context }),
    debug: flags.debug ?? false,
    allowNet: flags['allow-net'] ?? false,
    stdin: process.stdin,
    ...(flags.json ? {} : { piece: showPiece }),
    ...(flags.trace ? { trace: flags.json ? (one) => traced.push(one) : showTrace } : {}),
  };
  if (words.length === 0) {
    if (flags.record !== undefined)
      throw new CpexError('CPEX_E_USAGE', '--record needs a call: METHOD, hook or command.');
    if (view !== undefined && !context.interactive) {
      const failure = await holdPlugin(options, shown);
      return { value: { process: view.value }, text: () => '', ...(failure === undefined ? {} : { failure }) };
    }
    const failure = await promptLoop(options, shown);
    return { value: null, text: () => '', ...(failure === undefined ? {} : { failure }) };
  }
  const report = await runOnce(options, shown);
  if (!flags.json && report.failure === undefined) {
    for (const line of [...lastWords(report), ...hints(report)]) process.stderr.write(`${line}\n`);
  }
  return {
    value: {
      ...machineValue(report),
      ...(view?.value === undefined ? {} : { process: view.value }),
      ...(flags.trace ? { trace: traced.map(traceValue) } : {}),
    },
    text: () => answerText(report),
    ...(report.failure === undefined ? { exit: exitCode(report) } : { failure: report.failure }),
  };
}

/** Whether a command is for several plugins of the default host. */
function several({ plugin = [], host = 'cpex' }: RunFlags): boolean {
  return plugin.length > 1 && host === 'cpex';
}

/** Several plugins share this machine's process model, and so does what is served. */
function refuseTarget(flags: RunFlags): void {
  const named = (['target', 'as', 'engine', 'runner', 'codec', 'reattach'] as const).find(
    (name) => flags[name] !== undefined,
  );
  if (named === undefined) return;
  throw new CpexError('CPEX_E_USAGE', `--${named} is for one plugin and a call of it.`, {
    remedy: 'Name a method and one plugin, or leave the flag away.',
  });
}

/** The exit code of a command or a step is ours too; a tool only says that it failed. */
function exitCode({ answer }: RunReport): number {
  const { is_error } = (answer?.invocation.envelope.result ?? {}) as { is_error?: unknown };
  if (answer?.request.form === 'tool') return is_error === true ? 1 : 0;
  if (answer?.request.form !== 'command' && answer?.request.form !== 'step') return 0;
  const { exit_code } = (answer.invocation.envelope.result ?? {}) as { exit_code?: unknown };
  if (typeof exit_code !== 'number' || exit_code === 0) return 0;
  // A process can pass on eight bits only; what would become 0 there stays a failure.
  return exit_code & 0xff || 1;
}

function machineValue({ answer, events, help }: RunReport): Record<string, unknown> {
  if (answer === undefined) return { help };
  const { request, invocation, evaluation, findings = [] } = answer;
  return {
    method: request.method,
    request: request.request,
    code: invocation.end.code,
    result: invocation.envelope.result,
    error: invocation.envelope.error,
    ...(invocation.stream === undefined ? {} : { stream: streamValue(invocation.stream) }),
    verdict: evaluation?.verdict,
    payload_modified: evaluation?.payloadModified,
    findings: [...request.findings, ...invocation.envelope.findings, ...findings, ...(evaluation?.findings ?? [])],
    duration_ns: Math.round(invocation.end.durationNs),
    events: events.map(eventValue),
  };
}

function display(context: RunContext): RunContext['emit'] {
  return runDisplay({
    stdout: (bytes) => void process.stdout.write(bytes),
    stderr: (text) => void process.stderr.write(text),
    rest: context.emit,
  });
}

function showLines(lines: string): void {
  process.stderr.write(lines);
}

/** A record from the command line, as JSON text or a file. */
async function reattachOf(word: string, flags: RunFlags, { cwd }: RunContext): Promise<ReattachRecord> {
  const named = (['target', 'engine', 'runner', 'plugin'] as const).find((name) => flags[name]?.length);
  if (named !== undefined) {
    throw new CpexError('CPEX_E_USAGE', `--reattach and --${named} do not go together: nothing is started.`, {
      remedy: 'Leave one of them away.',
    });
  }
  return readReattach(await readData(word, cwd, process.stdin, '--reattach'));
}

function showTrace(record: TraceRecord): void {
  process.stderr.write(`${traceLine(record)}\n`);
}

/** The flags that are passed on under their own names, without those that were not given. */
function pick(flags: RunFlags): Partial<RunOptions> {
  const { data, extensions, config, answers, plugin: [plugin] = [], host, timeout, record } = flags;
  const { target, as, engine, runner, codec, archive, phase } = flags;
  const all = {
    ...{
      data,
      extensions,
      config,
      answers,
      plugin,
      host,
      timeout,
      record,
      target,
      as,
      engine,
      runner,
      codec,
      archive,
      phase,
    },
  };
  const given = Object.entries(all);
  return Object.fromEntries(given.filter(([, value]) => value !== undefined)) as Partial<RunOptions>;
}
