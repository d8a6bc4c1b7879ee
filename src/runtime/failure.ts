import type { CrashFacts } from '../model/crash.js';
import type { Ending, InFlight, LoadStage, ProcessStage } from '../model/session.js';
import { CpexError } from '../support/errors.js';
import { diagnose } from './diagnosis.js';
import { quoteGoroutines } from './goroutines.js';

/** What a session's promises reject with once its process is gone: how that came about. */
export class SessionFailure extends Error {
  override readonly name = 'SessionFailure';

  constructor(readonly ending: Ending) {
    super(describeEnding(ending));
  }
}

/** Says in one sentence how a plugin's process ended. */
export function describeEnding(ending: Ending): string {
  switch (ending.kind) {
    case 'clean':
      return 'The plugin was shut down.';
    case 'refused':
      return ending.message;
    case 'exit':
      return `The plugin ended its process with code ${ending.code} ${during(ending.phase, ending.inFlight)}${why(ending)}.`;
    case 'crash':
      return `The plugin crashed with ${ending.signal} ${during(ending.phase, ending.inFlight)}${why(ending)}.`;
    case 'hang':
      if (ending.awaited !== undefined)
        return `The plugin did not send ${ending.awaited} within ${ending.deadlineMs} ms.`;
      return `The plugin did not return within ${ending.deadlineMs} ms ${during(ending.phase, ending.inFlight)}.`;
    case 'cancelled':
      return 'The session was cancelled.';
    case 'harness-fault':
      return `The reference host failed: ${ending.message}`;
  }
}

function why(ending: Ending): string {
  const found = diagnose(ending);
  return found === undefined ? '' : `: ${found.words.replace(/\.$/, '')}`;
}

/** The error to report where such an ending is not what the user asked to see. */
export function endingError(ending: Ending): CpexError {
  const evidence = endingEvidence(ending);
  const message = describeEnding(ending);
  switch (ending.kind) {
    case 'refused':
      return new CpexError('CPEX_E_PLUGIN_REFUSED', message, {
        evidence,
        remedy: ending.remedy ?? REFUSAL_REMEDIES[ending.stage],
      });
    case 'exit':
      return new CpexError('CPEX_E_PLUGIN_DIED', message, {
        evidence,
        remedy: diagnose(ending)?.remedy ?? 'Answer with an error instead: its process belongs to the host.',
      });
    case 'crash':
      return new CpexError('CPEX_E_PLUGIN_DIED', message, {
        evidence,
        remedy:
          diagnose(ending)?.remedy ??
          'Make the same call with the debug build, cpex run --debug, and cpex run --trace for what went before.',
      });
    case 'hang':
      return new CpexError('CPEX_E_PLUGIN_HUNG', message, {
        evidence,
        remedy: 'Raise the limit if the work really takes that long; else look at where its threads wait.',
      });
    case 'cancelled':
      return new CpexError('CPEX_E_INTERRUPTED', message);
    case 'clean':
    case 'harness-fault':
      return new CpexError('CPEX_E_HOST_FAULT', message, { evidence });
  }
}

/** The facts behind an ending, one per line. */
export function endingEvidence(ending: Ending): string[] {
  const lines: string[] = [];
  if (ending.kind === 'refused') lines.push(...(ending.evidence ?? []));
  if (ending.kind === 'crash') lines.push(...faultLines(ending.fault, ending.inFlight?.method), ...ending.frames);
  if (ending.kind === 'hang') lines.push(...(ending.threads ?? []));
  if ('stderrTail' in ending && ending.stderrTail !== '') {
    const printed = ending.stderrTail.trimEnd().split('\n');
    const goroutines = ending.kind === 'hang' ? quoteGoroutines(printed) : undefined;
    lines.push(...(goroutines ?? quoteStderr(ending.stderrTail)));
  }
  return lines;
}

/** The lines of what a plugin printed to stderr that say most about its end; none when it printed nothing. */
export function quoteStderr(tail: string): readonly string[] {
  const printed = tail.trimEnd();
  return printed === '' ? [] : telling(withoutHost(printed.split('\n')));
}

/** What is worth a line of its own: the sentence has the rest. */
function faultLines(fault: CrashFacts = {}, called?: string): string[] {
  const { address, region, thread, step, method } = fault;
  // Without a single fact nobody has looked.
  const foreign = thread === undefined && Object.keys(fault).length > 0;
  return [
    ...(address === undefined || region === 'null' ? [] : [`address: ${address}`]),
    ...(foreign ? ['on a thread that the plugin had started'] : []),
    ...(thread === undefined || thread === 'the main thread' ? [] : [`on ${thread}`]),
    ...(method === undefined || method === called ? [] : [`in ${method}`]),
    ...(step === undefined ? [] : [`step: ${step}`]),
  ];
}

/** A list of frames that Rust prints ends with those of the host, whose names have no paths. */
function withoutHost(lines: readonly string[]): readonly string[] {
  const from = lines.indexOf('stack backtrace:');
  if (from === -1) return lines;
  const ends = lines.findIndex((line, at) => at > from && !/^\s/.test(line));
  const to = ends === -1 ? lines.length : ends;
  const last = lines.findLastIndex((line, at) => at > from && at < to && /^ +\d+: .*::/.test(line));
  if (last === -1) return lines;
  const place = /^ +at /.test(lines[last + 1] ?? '') ? 2 : 1;
  return [...lines.slice(0, last + place), ...lines.slice(to)];
}

const EVIDENCE_LINES = 20;

/** With these lines Go, Rust and the C library begin to say why they end a process. */
const HEADLINE = /^(panic|fatal error|runtime error): |^thread .* panicked at |: Assertion .* failed\.?$/;

/** Where Rust says that a panic may not leave a function for C; the panic itself stands before. */
const BORDER = /core\/src\/panicking\.rs/;

/** The last lines, or, where a long list of frames follows it, those from the reason on. */
function telling(lines: readonly string[]): readonly string[] {
  const reason = lines.findLastIndex((line) => HEADLINE.test(line) && !BORDER.test(line));
  const from = lines.length - EVIDENCE_LINES;
  if (from <= 0) return lines;
  return reason === -1 ? lines.slice(from) : lines.slice(Math.min(reason, from)).slice(0, EVIDENCE_LINES);
}

const REFUSAL_REMEDIES: Record<LoadStage | ProcessStage, string> = {
  load: 'Run "cpex check" on the file: it names missing libraries, a wrong architecture and a too new C library.',
  entry: 'Export the entry function, and check that --host names the host that the plugin was written for.',
  init: 'The entry function has to return 0; its stderr may say why it did not.',
  version: 'Build the plugin against the version of the ABI that the host speaks.',
  table: 'Fill in every function of the plugin table before the entry function returns 0.',
  spawn: 'Run "cpex check" on the file, and start it by hand once to see what the system says.',
  handshake: 'Print nothing to stdout before the line of the handshake; logs belong to stderr.',
  connect: 'Listen before the line of the handshake is printed, and on the address that it names.',
  register: 'Send the registration as the first message; logs belong to stderr.',
};

function during(phase: string, inFlight: InFlight | undefined): string {
  if (inFlight !== undefined) return `during ${inFlight.method} (call ${inFlight.callId})`;
  return PHASE_WORDS[phase] ?? `in phase ${phase}`;
}

const PHASE_WORDS: Record<string, string> = {
  load: 'while it was being loaded',
  init: 'in its entry function',
  call: 'during a call',
  idle: 'between calls',
  shutdown: 'in shutdown',
  exit: 'after shutdown, on the way out',
};
