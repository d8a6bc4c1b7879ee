import type { Finding } from '../../model/finding.js';
import type { Registration } from '../../model/profile.js';
import { stringifyExact } from '../../support/exact-json.js';
import { runTrial, type Subject, type Trial } from '../subject.js';
import { compareIdentity } from './identity.js';
import { policyOf } from './policy.js';
import { tour } from './tour.js';
import type { ConformanceTest, TestOutcome } from './types.js';

const needs = ['register.ok'];
const started = ['init.ok', 'init.version'];

/** What only the probe can see is judged elsewhere. */
const slots = () => import('./slots.js');

/** Level 2: envelopes and metadata. */
export const LEVEL_2: readonly ConformanceTest[] = [
  envelopeTest('env.utf8', 'answers in strict UTF-8 without BOM', 'C string length mistakes', 'bytes', 'ABI-JSON-001'),
  envelopeTest('env.single', 'answers with exactly one JSON value', 'concatenated replies', 'parser', 'ABI-JSON-003'),
  envelopeTest('env.shape', 'answers with envelopes', 'ad-hoc replies', 'schema', 'ABI-ENV-001'),
  envelopeTest('env.rc', 'returns a code that agrees with its envelope', 'opaque errors', 'compare', 'ABI-CALL-004'),
  {
    id: 'env.slot',
    level: 2,
    title: 'overwrites the response slot',
    catches: 'a wild pointer in the slot',
    detect: 'poisoned slot',
    engines: ['P'],
    severity: 'fail',
    clause: 'ABI-CALL-003',
    budgetMs: 50,
    needs: started,
    run: async (subject) => (await slots()).slotWritten(subject),
  },
  {
    id: 'env.empty',
    level: 2,
    title: 'never returns an empty body',
    catches: 'an empty reply',
    detect: 'slot',
    engines: ['P'],
    severity: 'fail',
    clause: 'ABI-CALL-003',
    budgetMs: 50,
    needs: started,
    run: async (subject) => (await slots()).slotNotEmpty(subject),
  },
  {
    id: 'meta.required',
    level: 2,
    title: 'names itself: id, name, version and author',
    catches: 'metadata that a store rejects',
    detect: 'schema',
    engines: ['K', 'P'],
    severity: 'fail',
    clause: 'ABI-META-003',
    budgetMs: 50,
    needs,
    run: (subject) =>
      withRegistration(subject, async (_, __, findings) => findings.filter((one) => one.id === 'meta.required')),
  },
  {
    id: 'meta.match',
    level: 2,
    title: 'agrees with its manifest and its file name',
    catches: 'a wrong artefact',
    detect: 'compare',
    engines: ['K', 'P', 'S'],
    severity: 'fail',
    clause: 'ABI-META-003',
    budgetMs: 50,
    needs,
    run: (subject) => withRegistration(subject, async (_, registration) => compareIdentity(subject, registration)),
  },
  {
    id: 'meta.caps',
    level: 2,
    title: 'answers what it declares and nothing else',
    catches: 'capability lies',
    detect: 'calls to declared and undeclared methods',
    engines: ['K', 'P'],
    severity: 'fail',
    clause: 'ABI-META-004',
    budgetMs: 50,
    needs,
    run: (subject) =>
      withRegistration(subject, async (trial, registration, findings) => [
        ...findings.filter((one) => one.id === 'meta.caps'),
        ...(await checkCapabilities(subject, trial, registration)),
      ]),
  },
  {
    id: 'meta.stable',
    level: 2,
    title: 'registers twice with the same answer',
    catches: 'nondeterminism',
    detect: 'compare',
    engines: ['K', 'P'],
    severity: 'warn',
    clause: 'ABI-META-005',
    budgetMs: 50,
    needs,
    run: (subject) =>
      withRegistration(subject, async (trial, registration) => {
        const again = await trial.plugin.register(subject.config);
        const before = stringifyExact(registration.raw);
        const after = stringifyExact(again.registration?.raw ?? again.invocation.envelope.error);
        if (before === after) return [];
        return [finding('meta.stable', 'two registrations gave different answers', [before, after])];
      }),
  },
  {
    id: 'method.unknown',
    level: 2,
    title: 'refuses methods that it does not know',
    catches: 'prefix matching, crashes',
    detect: 'error code',
    engines: ['K', 'P'],
    severity: 'fail',
    clause: 'ABI-CALL-001',
    budgetMs: 50,
    needs,
    run: (subject) => withRegistration(subject, (trial) => checkUnknownMethods(trial, subject)),
  },
  {
    id: 'schema.ahead',
    level: 2,
    title: 'serves a host with a newer schema',
    catches: 'a refusal',
    detect: 'reply',
    engines: ['P'],
    severity: 'warn',
    clause: 'ABI-META-006',
    budgetMs: 50,
    needs,
    run: async (subject) => (await slots()).schemaAhead(subject),
  },
];

/** The findings with this id that a tour through everything the plugin offers brings up. */
export function envelopeTest(
  id: string,
  title: string,
  catches: string,
  detect: string,
  clause: string,
): ConformanceTest {
  return {
    id,
    level: 2,
    title,
    catches,
    detect,
    engines: ['K', 'P'],
    severity: 'fail',
    clause,
    budgetMs: 50,
    needs: started,
    run: async (subject) => {
      const { value, ending } = await runTrial(subject, {}, (trial) => tour(subject, trial));
      const findings = (value ?? []).flatMap(({ method, envelope }) =>
        envelope.findings
          .filter((one) => one.id === id)
          .map((one) => ({ ...one, message: `${method}: ${one.message}` })),
      );
      return { findings, ending };
    },
  };
}

/** Judges a plugin of its own that has registered; how its child ended is part of the outcome. */
export async function withRegistration(
  subject: Subject,
  check: (trial: Trial, registration: Registration, findings: readonly Finding[]) => Promise<readonly Finding[]>,
): Promise<TestOutcome> {
  const { value, ending } = await runTrial(subject, {}, async (trial) => {
    const { registration, findings } = await trial.plugin.register(subject.config);
    // register.ok, on which these tests depend, has seen a usable registration.
    if (registration === undefined) return [finding('register.ok', 'the plugin did not register this time')];
    return check(trial, registration, findings);
  });
  return { findings: value ?? [], ending };
}

async function checkCapabilities(subject: Subject, trial: Trial, registration: Registration): Promise<Finding[]> {
  const found: Finding[] = [];
  const { contract, protocol, name } = subject.profile;
  const policy = policyOf(name);
  for (const { method, request, capability } of protocol.sampleCalls(registration)) {
    const { envelope } = await trial.plugin.invoke(method, request);
    if (envelope.error !== undefined && policy.admitsMissing(envelope.error)) {
      found.push(
        finding('meta.caps', `declares ${capability}, but answers ${method} with ${envelope.error.code}`, [
          `request: ${stringifyExact(request)}`,
        ]),
      );
    }
  }
  if (!policy.refusesUndeclared) return found;
  for (const method of contract.methods.values()) {
    if (method.capability === undefined || method.capability in registration.capabilities) continue;
    const { envelope } = await trial.plugin.invoke(method.name, method.samples[0] ?? {});
    if (envelope.error?.code !== 'unknown_method') {
      const answer = envelope.ok ? 'a result' : (envelope.error?.code ?? 'no envelope');
      found.push(
        finding('meta.caps', `does not declare ${method.capability}, but answers ${method.name} with ${answer}`),
      );
    }
  }
  return found;
}

const UNKNOWN = [
  'no.such.method',
  'plugin.registe',
  'plugin.register2',
  'plugin.register ',
  'PLUGIN.REGISTER',
  'hook',
  '',
];

async function checkUnknownMethods(trial: Trial, subject: Subject): Promise<Finding[]> {
  const found: Finding[] = [];
  for (const method of UNKNOWN) {
    const { envelope } = await trial.plugin.invoke(method, {});
    if (policyOf(subject.profile.name).saysUnknown(envelope)) continue;
    const answer = envelope.ok ? 'a result' : (envelope.error?.code ?? 'no envelope');
    found.push(
      finding('method.unknown', `the method "${method}" was answered with ${answer}, not with unknown_method`),
    );
  }
  return found;
}

function finding(id: string, message: string, evidence?: readonly string[]): Finding {
  return { id, severity: 'fail', message, ...(evidence === undefined ? {} : { evidence }) };
}
