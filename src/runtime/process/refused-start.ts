import type { Ending, ProcessStage } from '../../model/session.js';
import { quoteStderr } from '../failure.js';
import { examineExecutable, type Machine } from './examine-executable.js';

/** Why a plugin does not get as far as taking calls. */
export interface StartRefusal {
  readonly stage: ProcessStage;
  readonly message: string;
  /** What was seen, before what is known of the process. */
  readonly evidence?: readonly string[];
  /** What to do, where the file and stderr do not say more. */
  readonly remedy?: string;
  /** The message tells how the process ended. */
  readonly endTold?: true;
}

/** What is known of a process that did not get as far as taking calls. */
export interface FailedStart {
  readonly executable: string;
  readonly machine: Machine;
  readonly env: Readonly<Record<string, string>>;
  /** How the process ended; absent when it was killed for the refusal. */
  readonly end?: { readonly code: number | null; readonly signal: string | null };
  readonly stderrTail: string;
}

/** With these codes a shell ends that was given a file which the system does not run. */
const SHELL_CODES = new Set([2, 126, 127]);

/** The ending for a plugin that was not started: the reason, what is known of the process, and what to do. */
export function refusedStart(refusal: StartRefusal, failed: FailedStart): Ending & { kind: 'refused' } {
  const { executable, machine, env, end, stderrTail } = failed;
  const { facts, problem } = examineExecutable(executable, machine, env);
  // A program for another machine that ends in its own way was run by something that can.
  const toBlame =
    problem !== undefined && (problem.certain || wasRefusedBySystem(refusal, failed)) ? problem : undefined;
  const printed = quoteStderr(stderrTail);
  const evidence = [
    ...(refusal.evidence ?? []),
    ...(end === undefined || refusal.endTold === true ? [] : [`the process ${howEnded(end)}`]),
    ...(refusal.stage === 'spawn' ? [] : printed.length === 0 ? ['stderr: nothing'] : printed),
    ...facts,
  ];
  const remedy = toBlame?.remedy ?? refusal.remedy ?? remedyFor(failed);
  return {
    kind: 'refused',
    stage: refusal.stage,
    message: toBlame === undefined ? refusal.message : `${refusal.message} ${toBlame.says}`,
    evidence,
    ...(remedy === undefined ? {} : { remedy }),
  };
}

/** `ended with code 3`, `was ended by SIGSEGV`. */
export function howEnded({ code, signal }: NonNullable<FailedStart['end']>): string {
  return signal === null ? `ended with code ${code}` : `was ended by ${signal}`;
}

function wasRefusedBySystem({ stage }: StartRefusal, { machine, end }: FailedStart): boolean {
  return stage === 'spawn' || machine.foreign || (end?.code != null && SHELL_CODES.has(end.code));
}

const LAST_WORDS: readonly (readonly [pattern: RegExp, remedy: (match: RegExpExecArray) => string])[] = [
  [
    /(?:error while loading shared libraries|Error loading shared library|Library not loaded): ([^\s:]+)/,
    ([, name]) => `Install ${name}, or link it into the plugin.`,
  ],
  [
    /version `(GLIBC_[\d.]+)' not found/,
    ([, version]) => `Build it for an older C library: this machine has none with ${version}.`,
  ],
];

function remedyFor({ end, stderrTail }: FailedStart): string | undefined {
  for (const [pattern, remedy] of LAST_WORDS) {
    const match = pattern.exec(stderrTail);
    if (match !== null) return remedy(match);
  }
  if (end === undefined || stderrTail.trim() === '') return undefined;
  return 'What it printed to stderr should say why. Variables that it needs go under process.env of cpex.yaml.';
}
