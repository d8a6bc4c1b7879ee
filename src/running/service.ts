import path from 'node:path';
import type { EngineName } from '../build/engine.js';
import type { PluginForm } from '../hosts/form.js';
import type { RunContext } from '../model/context.js';
import type { ReattachRecord } from '../model/process.js';
import type { ServiceEvent } from '../model/profile.js';
import type { Ending, ProcessFacts, TraceRecord } from '../model/session.js';
import type { ApplicationWish } from '../project/application.js';
import { endingError } from '../runtime/failure.js';
import { CpexError } from '../support/errors.js';
import { stringifyExact } from '../support/exact-json.js';
import { exists } from '../support/files.js';
import { readAnswers } from './answers.js';
import { readData } from './input.js';
import { checkRecordFile, recordCase } from './record.js';
import { type Answer, openRunSession, type RunSession } from './session.js';
import type { RunForm, RunSessionOptions } from './session-options.js';

/** What `cpex run` was asked to do; values that hold data are JSON text, `@FILE` or `-`. */
export interface RunOptions {
  readonly words: readonly string[];
  readonly data?: string;
  readonly extensions?: string;
  readonly contextData?: string;
  /** Phase of an event. */
  readonly phase?: string;
  /** File or folder that a step gets as its workspace. */
  readonly archive?: string;
  readonly config?: string;
  /** File with what the host answers: `host` of a case file, or a case file. */
  readonly answers?: string;
  /** Form of the plugin, where the host takes both. */
  readonly as?: PluginForm;
  readonly plugin?: string;
  readonly host?: string;
  readonly target?: string;
  readonly engine?: EngineName;
  readonly runner?: string;
  /** What the command line says of the plugin's application. */
  readonly application?: ApplicationWish;
  /** Codec to offer for bodies. */
  readonly codec?: string;
  readonly debug: boolean;
  /** A plugin that runs already. */
  readonly reattach?: ReattachRecord;
  readonly timeout?: number;
  readonly allowNet: boolean;
  /** Case file to write. */
  readonly record?: string;
  readonly stdin: AsyncIterable<unknown>;
  /** Makes what takes each piece of a stream as it comes; for each call anew. */
  readonly piece?: (form: RunForm) => (piece: Uint8Array, value?: unknown) => void;
  /** Takes every message, when tracing is wanted. */
  readonly trace?: (record: TraceRecord) => void;
  /** Told how a plugin's process was started. */
  readonly spawned?: (facts: ProcessFacts) => void;
  /** Called before the call, which waits for it. */
  readonly hold?: (session: RunSession) => Promise<void>;
}

/** Milliseconds that a step has to end by itself after Ctrl-C; cpex itself leaves after five seconds. */
const GRACE_MS = 3000;

export interface RunReport {
  /** Absent when help was asked for. */
  readonly answer?: Answer;
  readonly help?: string;
  readonly events: readonly ServiceEvent[];
  /** Why the run is not good although there may be an answer. */
  readonly failure?: CpexError;
}

/** Starts the plugin, makes one call and shuts it down. */
export async function runOnce(options: RunOptions, context: RunContext): Promise<RunReport> {
  const read = async (word: string | undefined, flag: string) =>
    word === undefined ? undefined : readData(word, context.cwd, options.stdin, flag);
  const fromStdin = [options.config, options.data, options.extensions, options.contextData].filter(
    (one) => one === '-',
  );
  if (fromStdin.length > 1) throw new CpexError('CPEX_E_USAGE', 'Only one value can come from standard input.');
  if (options.record !== undefined && options.archive !== undefined) {
    throw new CpexError('CPEX_E_USAGE', '--record cannot keep an archive.', {
      remedy: 'Record without --archive, and write the files under host.archive of the case.',
    });
  }
  if (options.record !== undefined) await checkRecordFile(path.resolve(context.cwd, options.record));
  const config = await read(options.config, '--config');
  const script = options.answers === undefined ? undefined : await readAnswers(options.answers, context.cwd);
  const input = {
    data: await read(options.data, '--data'),
    extensions: await read(options.extensions, '--extensions'),
    context: await read(options.contextData, '--context'),
    ...(options.phase === undefined ? {} : { phase: options.phase }),
    ...(options.archive === undefined ? {} : { archive: await archivePath(options.archive, context.cwd) }),
    env: {},
  };
  const events: ServiceEvent[] = [];
  const session = await openRunSession(
    {
      ...sessionOptions(options, context, config, (event) => events.push(event)),
      ...(script === undefined ? {} : { script }),
      ...(input.archive === undefined ? {} : { archive: input.archive }),
      // A step can ask whether it was cancelled, and tidy up.
      ...(options.words[0] === 'step' ? { graceMs: GRACE_MS } : {}),
      unregistered: /^plugin\.(?:register|reconfigure)$/.test(options.words[0] ?? ''),
    },
    context,
  );
  let answer: Answer | string;
  try {
    await options.hold?.(session);
    answer = await session.ask(options.words, input);
  } catch (error) {
    await session.close();
    throw error;
  }
  const ending = await session.close();
  if (ending.kind === 'clean') {
    for (const text of afterthoughts(ending)) context.emit({ type: 'note', level: 'warn', text });
  }
  if (typeof answer === 'string') return { help: answer, events };
  tellNotices(answer, context);
  if (options.record !== undefined && answer.invocation.envelope.ok !== undefined) {
    await recordCase(path.resolve(context.cwd, options.record), answer, config, events);
    context.emit({ type: 'note', level: 'info', text: `recorded ${options.record}` });
  }
  const failure =
    (context.signal.aborted ? new CpexError('CPEX_E_INTERRUPTED', 'Interrupted.') : undefined) ??
    answerFailure(answer) ??
    broken(events) ??
    (ending.kind === 'clean' ? undefined : endingError(ending));
  return { answer, events, ...(failure === undefined ? {} : { failure }) };
}

/** What is odd about a request, and what the host bears in an answer that an author may not know of. */
export function tellNotices({ request, invocation, findings = [] }: Answer, context: Pick<RunContext, 'emit'>): void {
  for (const finding of request.findings) context.emit({ type: 'finding', finding });
  for (const finding of findings) if (finding.severity === 'warn') context.emit({ type: 'finding', finding });
  for (const finding of invocation.envelope.findings) {
    if (finding.severity === 'warn') context.emit({ type: 'finding', finding });
    else if (finding.severity === 'info') context.emit({ type: 'note', level: 'info', text: finding.message });
  }
}

/** What the plugin did on the way that its real host would not bear. */
export function broken(events: readonly ServiceEvent[]): CpexError | undefined {
  const found = events.flatMap((event) =>
    event.kind === 'finding' && event.finding.severity === 'fail' ? [event.finding] : [],
  );
  const [first] = found;
  if (first === undefined) return undefined;
  return new CpexError('CPEX_E_PLUGIN_RULES', first.message, {
    evidence: [...(first.evidence ?? []), ...found.slice(1).map(({ message }) => message)],
    ...(first.remedy === undefined ? {} : { remedy: first.remedy }),
  });
}

/** What a plugin did wrong although its process ended well. */
function afterthoughts({ leftovers = [], lateRequests = [] }: Extract<Ending, { kind: 'clean' }>): string[] {
  return [
    ...leftovers.map((name) => `The plugin left a process behind, which was killed: ${name}.`),
    // A thread that nobody ended asks again and again.
    ...[...new Set(lateRequests)].map((method) => `The plugin called ${method} after its shutdown had returned.`),
  ];
}

/** A workspace that is not there would look like an empty one. */
async function archivePath(word: string, cwd: string): Promise<string> {
  const file = path.resolve(cwd, word);
  if (await exists(file)) return file;
  throw new CpexError('CPEX_E_RUN_DATA', `There is no file or folder ${file}.`, {
    remedy: '--archive takes a tar file, or a folder, which is packed.',
  });
}

/** Turns the flags into what a session needs; events go to the user as they come. */
export function sessionOptions(
  options: Omit<RunOptions, 'words' | 'data'>,
  context: RunContext,
  config: unknown,
  observe: (event: ServiceEvent) => void,
): RunSessionOptions {
  const { plugin, host, as, target, engine, runner, codec, debug, timeout, allowNet } = options;
  return {
    debug,
    allowNet,
    ...(plugin === undefined ? {} : { plugin }),
    ...(host === undefined ? {} : { host }),
    ...(as === undefined ? {} : { as }),
    ...(target === undefined ? {} : { target }),
    ...(engine === undefined ? {} : { engine }),
    ...(runner === undefined ? {} : { runner }),
    ...(codec === undefined ? {} : { codec }),
    ...(timeout === undefined ? {} : { timeout }),
    ...(config === undefined ? {} : { config }),
    observe: (event) => {
      observe(event);
      if (event.kind === 'http') return;
      if (event.kind !== 'finding') context.emit({ type: 'service', event });
      // What fails is told as the reason of the failure.
      else if (event.finding.severity === 'warn') context.emit({ type: 'finding', finding: event.finding });
      else if (event.finding.severity === 'info') {
        context.emit({ type: 'note', level: 'info', text: event.finding.message });
      }
    },
    ...(options.application === undefined ? {} : { application: options.application }),
    ...(options.piece === undefined ? {} : { piece: options.piece }),
    ...(options.reattach === undefined ? {} : { reattach: options.reattach }),
    ...(options.spawned === undefined ? {} : { spawned: options.spawned }),
    trace: (record) => options.trace?.(record),
    printed: (stream, text) => context.emit({ type: 'plugin.output', stream, text }),
    complain: (finding) => context.emit({ type: 'finding', finding }),
  };
}

/** Why an answer is not a good one: no envelope, broken rules, or an error of the plugin's own. */
export function answerFailure({ request, invocation, findings = [] }: Answer): CpexError | undefined {
  const { envelope, end } = invocation;
  const broken = [...envelope.findings, ...findings].filter(({ severity }) => severity === 'fail');
  if (envelope.ok === undefined || broken.length > 0) {
    const what = envelope.ok === undefined ? 'is no envelope' : 'breaks the rules of the host';
    return new CpexError('CPEX_E_PLUGIN_ENVELOPE', `The answer to ${request.method} ${what}.`, {
      evidence: [`code ${end.code}, ${end.body.byteLength} bytes`, ...broken.map(({ message }) => message)],
      remedy: 'cpex test shows each broken rule with its clause.',
    });
  }
  if (envelope.error !== undefined) {
    const { code, message, details } = envelope.error;
    const evidence = details === undefined ? [] : [`details: ${stringifyExact(details)}`];
    const said = code === '' ? `an error: ${message}` : `${code}: ${message}`;
    return new CpexError('CPEX_E_PLUGIN_ANSWER', `${request.method} was answered with ${said}`, { evidence });
  }
  const { error, chunks } = invocation.stream ?? {};
  if (error !== undefined) {
    return new CpexError('CPEX_E_PLUGIN_STREAM', `The stream of ${request.method} ended with an error: ${error}`, {
      evidence: [`pieces before it: ${chunks?.length ?? 0}`],
    });
  }
  return undefined;
}
