import type { AnswerInstead } from '../../host-process/reference-host.js';
import { isFields } from '../../hosts/json-fields.js';
import type { Registration, SampleCall } from '../../model/profile.js';
import type { Ending } from '../../model/session.js';
import type { Field, Observation } from '../../model/watch.js';
import { CpexError } from '../../support/errors.js';
import { parseExact } from '../../support/exact-json.js';
import { runTrial, type Subject } from '../subject.js';
import type { RecordFile } from './record-file.js';
import type { Step } from './types.js';

/** Longest that one call may take before it counts as one that never ends, in milliseconds. */
const CALL_LIMIT = 10_000;

/** A plugin in a probe, ready for a fuzzer. */
export interface FuzzChild {
  readonly registration: Registration;
  /** One valid call for everything that the plugin declared. */
  readonly samples: readonly SampleCall[];
  /** Runs an experiment; `ms` is how long it is meant to take, beside the limit of one call. */
  perform(experiment: string, fields: readonly Field[], ms?: number): Promise<Observation>;
}

/** How a child came out. */
export interface ChildOutcome<T> {
  readonly value?: T;
  readonly ending: Ending;
  /** The round during which it ended, where the probe could keep that. */
  readonly round?: number;
}

export interface ChildOptions {
  readonly record: RecordFile;
  readonly answer?: AnswerInstead;
  /** Whether the plugin registers before `use`. */
  readonly register: boolean;
}

/**
 * Starts a plugin for a fuzzer and says how its process ended. Throws CPEX_E_HOST_FAULT where our own host failed: that
 * is no failure of the plugin, and no fuzzer goes on after it.
 */
export async function inChild<T>(
  subject: Subject,
  { record, answer, register }: ChildOptions,
  use: (child: FuzzChild) => Promise<T>,
): Promise<ChildOutcome<T>> {
  await record.clear();
  const limit = Math.min(subject.callDeadline ?? CALL_LIMIT, CALL_LIMIT);
  const options = { callDeadline: limit, ...(answer === undefined ? {} : { answer }) };
  const { value, ending } = await runTrial(subject, options, async ({ plugin }) => {
    const { session } = plugin;
    const registration = register ? (await plugin.register(subject.config)).registration : undefined;
    const samples = registration === undefined ? [] : subject.profile.protocol.sampleCalls(registration);
    return use({
      registration: registration ?? NOBODY,
      samples,
      perform: async (experiment, fields, ms = 0) => {
        if (session.perform === undefined) throw new TypeError('This engine has no experiments.');
        return session.perform(experiment, [['record', record.path], ...fields], { deadline: limit + ms });
      },
    });
  });
  if (ending.kind === 'harness-fault') throw new CpexError('CPEX_E_HOST_FAULT', ending.message);
  const round = ending.kind === 'clean' ? undefined : await record.round();
  return { ending, ...(value === undefined ? {} : { value }), ...(round === undefined ? {} : { round }) };
}

const NOBODY: Registration = { id: '', version: '', author: '', capabilities: {}, raw: undefined };

/** Steps as the probe takes them. */
export function stepFields(steps: readonly Step[], subject: Subject): Field[] {
  return steps.flatMap((step): Field[] => {
    switch (step.do) {
      case 'call':
        return [
          ['call', step.method],
          ['body', step.body],
        ];
      case 'register': {
        const { method, body } = registrationCall(subject, step.again ?? false);
        return [
          ['call', method],
          ['body', body],
        ];
      }
      default:
        return [[step.do, '']];
    }
  });
}

/** The registration call that a step stands for. */
export function registrationCall(subject: Subject, again: boolean): { method: string; body: Uint8Array } {
  return subject.profile.protocol.registration({ config: subject.config, again });
}

/** A valid call of each method that belongs to no capability, the registration first. */
export function lifecycleCalls(subject: Subject): readonly { readonly method: string; readonly request: unknown }[] {
  const { profile, config } = subject;
  const calls = new Map<string, unknown>();
  for (const again of [false, true]) {
    const { method, body } = registrationCall(subject, again);
    calls.set(method, parseExact(Buffer.from(body).toString('utf8')));
  }
  for (const { name, capability, samples } of profile.contract.methods.values()) {
    if (capability !== undefined || calls.has(name)) continue;
    const [sample] = samples;
    calls.set(name, isFields(sample) && Object.hasOwn(sample, 'config') ? { ...sample, config } : sample);
  }
  return [...calls].map(([method, request]) => ({ method, request }));
}

/** The method that a step calls; undefined where it calls none. */
export function methodOf(step: Step | undefined, subject: Subject): string | undefined {
  if (step?.do === 'call') return step.method;
  return step?.do === 'register' ? registrationCall(subject, step.again ?? false).method : undefined;
}
