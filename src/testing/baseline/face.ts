import { linkOf } from '../../audit/link-facts.js';
import { auditFile } from '../../audit/report.js';
import { artefactKind } from '../../hosts/registry.js';
import type { Envelope, Registration, SampleCall } from '../../model/profile.js';
import { describeEnding } from '../../runtime/failure.js';
import { CpexError } from '../../support/errors.js';
import { stringifyExact } from '../../support/exact-json.js';
import { runTrial, type Subject } from '../subject.js';

/** How often each sample call is made: enough for a counter, a clock or a random id to show. */
const TIMES = 3;

/** What a build of a plugin shows to its host without being called. */
export interface Face {
  readonly file: string;
  readonly registration: Registration;
  readonly samples: readonly SampleCall[];
  /** Names that the library exports. */
  readonly exports: readonly string[];
  /** Oldest glibc that accepts it. */
  readonly glibc?: string;
}

/** What a sample call came to. */
export interface Answer {
  readonly envelope: Envelope;
  /** The same value each time. */
  readonly steady: boolean;
}

/**
 * Audits a build and lets it register.
 * @throws CpexError `CPEX_E_TEST_BASELINE` where it is not sound, or does not register
 */
export async function faceOf(subject: Subject): Promise<Face> {
  const { artefact, profile, target } = subject;
  const entry = profile.native === undefined ? {} : { entry: profile.native.entry };
  const audit = await auditFile(artefact, { target, kind: artefactKind(profile), ...entry });
  const faults = audit.findings.filter(({ severity }) => severity === 'fail');
  if (faults.length > 0) {
    throw unusable(
      artefact,
      'It is not sound, and is not loaded.',
      faults.map(({ message }) => message),
    );
  }
  const { value, ending } = await runTrial(subject, {}, ({ plugin }) => plugin.register(subject.config));
  const registration = value?.registration;
  if (registration === undefined) {
    const said = value?.invocation.envelope.error?.message;
    throw unusable(artefact, 'It does not register.', [said ?? describeEnding(ending)]);
  }
  return {
    file: artefact,
    registration,
    samples: profile.protocol.sampleCalls(registration),
    exports: (linkOf(audit.facts)?.exports ?? []).map(({ name }) => name).sort(),
    ...(audit.glibc === undefined ? {} : { glibc: audit.glibc }),
  };
}

/** Makes calls in a process of their own, several times each. A plugin that dies of one has no answer from there on. */
export async function answersOf(subject: Subject, calls: readonly SampleCall[]): Promise<Map<string, Answer>> {
  const answers = new Map<string, Answer>();
  await runTrial({ ...subject, killAtEnd: true }, {}, async ({ plugin }) => {
    await plugin.register(subject.config);
    for (const call of calls) {
      const seen: Envelope[] = [];
      for (let time = 0; time < TIMES; time++) seen.push((await plugin.invoke(call.method, call.request)).envelope);
      const texts = new Set(
        seen.map(({ ok, result, error }) => stringifyExact([ok ?? null, result ?? null, error ?? null])),
      );
      answers.set(keyOf(call), { envelope: seen[0] as Envelope, steady: texts.size === 1 });
    }
  });
  return answers;
}

/** A call by what it asks. */
export function keyOf({ method, request }: SampleCall): string {
  return `${method} ${stringifyExact(request)}`;
}

function unusable(file: string, message: string, evidence: readonly string[]): CpexError {
  return new CpexError('CPEX_E_TEST_BASELINE', `${file} cannot be compared with: ${message}`, { evidence });
}
