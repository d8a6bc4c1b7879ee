import type { Finding } from '../../../model/finding.js';
import type { Envelope } from '../../../model/profile.js';
import type { Subject } from '../../subject.js';
import { policyOf } from '../policy.js';
import { fault } from '../probe-test.js';
import { type Answered, canCome, envelopeOf, showBody } from './exchange.js';

/** Codes that stand for something else than a bad body, and are judged by the tests of that. */
const OTHER_REASONS: ReadonlySet<string> = new Set(['unknown_method', 'internal']);

/** Bodies that one finding names. */
const NAMED = 8;

/**
 * Holds answers against what docs/abi.md says of bad bodies: an envelope in every case, and a refusal as
 * `invalid_request` where the body breaks a rule. One finding for each method and kind of answer.
 */
export function judgeAnswers(id: string, subject: Subject, answered: readonly Answered[]): Finding[] {
  const envelopes = new Map<string, Envelope | undefined>();
  const kinds = new Map<string, { readonly finding: Finding; readonly bodies: Answered[] }>();
  for (const one of answered) {
    const { code, bytes } = one.answer;
    // Many bodies are answered alike.
    const key = `${one.call.method} ${code} ${bytes.toString('latin1')}`;
    if (!envelopes.has(key)) envelopes.set(key, envelopeOf(subject, one.call.method, one.answer));
    const found = judgeOne(id, subject, one, envelopes.get(key));
    if (found === undefined) continue;
    const kind = `${found.severity} ${found.message}`;
    const known = kinds.get(kind);
    if (known === undefined) kinds.set(kind, { finding: found, bodies: [one] });
    else known.bodies.push(one);
  }
  return [...kinds.values()].map(({ finding, bodies }) => summed(finding, bodies));
}

function judgeOne(
  id: string,
  subject: Subject,
  { call }: Answered,
  envelope: Envelope | undefined,
): Finding | undefined {
  if (envelope === undefined) return undefined;
  const { method, refuse } = call;
  const { hostile } = policyOf(subject.profile.name);
  const [broken] = envelope.findings.filter(({ severity }) => severity === 'fail');
  if (envelope.ok === undefined || (broken !== undefined && hostile === 'strict')) {
    const why = broken === undefined ? '' : `: ${broken.message}`;
    return {
      ...fault(id, `${method} does not answer with an envelope that the host can read${why}`),
      ...clauseOf(broken),
      // The host never sends such a body: nothing is lost with the answer.
      ...(canCome(subject, call) ? {} : { severity: 'warn' as const }),
    };
  }
  if (!refuse || hostile === 'lenient') return undefined;
  if (envelope.ok) return fault(id, `${method} answers ok to bodies that it has to refuse`);
  const code = envelope.error?.code ?? '';
  if (code === 'invalid_request' || OTHER_REASONS.has(code)) return undefined;
  return {
    ...fault(id, `${method} refuses bad bodies with ${code}, not with invalid_request`),
    severity: 'warn',
    clause: 'ABI-ERR-001',
  };
}

function clauseOf(finding: Finding | undefined): Partial<Finding> {
  return finding?.clause === undefined ? {} : { clause: finding.clause };
}

function summed(finding: Finding, bodies: readonly Answered[]): Finding {
  const [first] = bodies;
  const names = bodies.slice(0, NAMED).map(({ call }) => call.name);
  const more = bodies.length > NAMED ? `, and ${bodies.length - NAMED} more` : '';
  return {
    ...finding,
    message: finding.message.endsWith('.') ? finding.message : `${finding.message}.`,
    evidence: [
      `${bodies.length === 1 ? 'the body' : `${bodies.length} bodies`}: ${names.join('; ')}${more}`,
      ...(first === undefined ? [] : [showBody(first.call.body), `answer: ${shownAnswer(first)}`]),
    ],
    ...(finding.remedy === undefined && finding.message.includes('answers ok')
      ? { remedy: 'Read the whole body by the rules of the ABI before anything else, and answer invalid_request.' }
      : {}),
  };
}

function shownAnswer({ answer: { code, bytes } }: Answered): string {
  return `${code}, ${showBody(bytes)}`;
}
