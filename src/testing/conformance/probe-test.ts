import type { Finding } from '../../model/finding.js';
import type { Registration, SampleCall } from '../../model/profile.js';
import type { Field, Observation } from '../../model/watch.js';
import { runTrial, type Subject, type Trial, type TrialOptions } from '../subject.js';
import type { TestOutcome } from './types.js';

/** What an experiment may do with a plugin that has registered in a probe. */
export interface ProbeTrial extends Trial {
  readonly registration: Registration;
  /** One valid call for everything that the plugin declared. */
  readonly samples: readonly SampleCall[];
  /** Runs an experiment of the probe. */
  perform(experiment: string, fields?: readonly Field[], deadlineMs?: number): Promise<Observation>;
  /** The samples as parameters of an experiment. */
  calls(some?: readonly SampleCall[]): Field[];
}

export interface ProbeTestOptions extends TrialOptions {
  /** What the probe has to be able to do, in its own words; a test that needs more is skipped by name. */
  readonly needs?: readonly string[];
}

/** What each ability of the probe is called in the reason of a skipped test. */
const ABILITIES: Readonly<Record<string, string>> = {
  guard: 'guard pages',
  ledger: 'a record of allocations',
  threads: 'threads of its own',
  proc: 'the /proc of Linux',
  stacks: 'painted stacks',
  unload: 'unloading',
};

/**
 * Judges a plugin in a probe of its own after it has registered; how its child ended is part of the outcome. What the
 * probe saw by itself under the test's id is a finding as well.
 */
export async function probeTest(
  id: string,
  subject: Subject,
  options: ProbeTestOptions,
  judge: (trial: ProbeTrial) => Promise<readonly Finding[]>,
): Promise<TestOutcome> {
  let lacking: string | undefined;
  const { value, ending, trial } = await runTrial(subject, options, async (opened) => {
    const { session } = opened.plugin;
    const missing = (options.needs ?? []).filter((ability) => !session.abilities.has(ability));
    if (session.perform === undefined || missing.length > 0) {
      lacking = `needs ${missing.map((ability) => ABILITIES[ability] ?? ability).join(', ') || 'the C probe'}, which the host has not here`;
      return [];
    }
    const { registration } = await opened.plugin.register(subject.config);
    // register.ok, on which these tests depend, has seen a usable registration.
    if (registration === undefined) return [fault(id, 'The plugin did not register this time.')];
    const { protocol } = subject.profile;
    const samples = protocol.sampleCalls(registration);
    return judge({
      ...opened,
      registration,
      samples,
      perform: async (experiment, fields = [], deadlineMs = undefined) => {
        if (session.perform === undefined) throw new TypeError('This engine has no experiments.');
        return session.perform(experiment, fields, deadlineMs === undefined ? {} : { deadline: deadlineMs });
      },
      calls: (some = samples) =>
        some.flatMap(({ method, request }): Field[] => [
          ['method', method],
          ['body', protocol.encodeRequest(request, method)],
        ]),
    });
  });
  const seen = (trial?.breaches ?? []).filter(({ test }) => test === id).map(({ message }) => fault(id, message));
  if (lacking !== undefined && seen.length === 0) return { findings: [], ending, unproven: lacking };
  return { findings: [...(value ?? []), ...seen], ending };
}

/** A finding of a conformance test; the weight of its id under the profile is applied later. */
export function fault(id: string, message: string, evidence: readonly string[] = []): Finding {
  return { id, severity: 'fail', message, ...(evidence.length === 0 ? {} : { evidence }) };
}
