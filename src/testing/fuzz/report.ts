import type { Finding } from '../../model/finding.js';
import { describeEnding, endingEvidence } from '../../runtime/failure.js';
import { printable } from '../../support/printable.js';
import { policyOf } from '../conformance/policy.js';
import type { Subject } from '../subject.js';
import { methodOf } from './child.js';
import type { Found, Step } from './types.js';

/** Bytes of a body that a finding shows. */
const SHOWN = 400;

/** What a finding has beside the failure itself. */
interface Extras {
  /** The file that holds the case. */
  readonly saved?: string | undefined;
  /** Whether it says what is known of the process's end; it does when absent. */
  readonly withEnding?: boolean;
}

/** A failure of a fuzzer as a finding under the id of its test. */
export function toFinding(found: Found, subject: Subject, extras: Extras = {}): Finding {
  const { seen, confirmed } = found;
  const first = seen.kind === 'answer' ? seen.findings[0] : undefined;
  const id = `fuzz.${found.fuzzer}`;
  const own = first?.clause ?? (seen.kind === 'died' ? 'ABI-CALL-006' : undefined);
  const clause = policyOf(subject.profile.name).clauses[id] ?? own;
  const remedy = seen.kind === 'answer' ? first?.remedy : undefined;
  return {
    id,
    severity: 'fail',
    message: confirmed ? sentence(found, subject) : `${sentence(found, subject)} A fresh process did not do it again.`,
    evidence: evidenceOf(found, subject, extras),
    ...(clause === undefined ? {} : { clause }),
    ...(remedy === undefined ? {} : { remedy }),
  };
}

/** What a failure comes to, in one sentence. */
export function sentence({ seen, case: { steps } }: Found, subject: Subject): string {
  if (seen.kind === 'answer') return seen.findings[0]?.message ?? 'An answer breaks a rule.';
  const { ending } = seen;
  const method = methodOf(steps.at(-1), subject);
  const where = method === undefined ? `in ${steps.at(-1)?.do ?? 'a call'}` : `in ${method}`;
  switch (ending.kind) {
    case 'crash':
      return `The plugin crashes with ${ending.signal} ${where}.`;
    case 'exit':
      return `The plugin ends its process with code ${ending.code} ${where}.`;
    case 'hang':
      return `The plugin does not return within ${ending.deadlineMs} ms ${where}.`;
    default:
      return describeEnding(ending);
  }
}

/** Facts, one per line: what was done, with which bodies and answers, what came of it, and where it was met. */
function evidenceOf(
  { seen, case: one, origin }: Found,
  subject: Subject,
  { saved, withEnding = true }: Extras,
): string[] {
  const { steps, answers = [] } = one;
  const last = steps.slice(-8);
  return [
    ...(steps.length > last.length ? [`${steps.length - last.length} steps before these`] : []),
    ...last.map((step) => describeStep(step, subject)),
    ...answers.flatMap((answer, index) =>
      answer === null ? [] : [`answer ${index + 1} of the host: code ${answer.code}, ${bytesText(answer.body)}`],
    ),
    ...(seen.kind === 'answer' ? (seen.findings[0]?.evidence ?? []) : withEnding ? endingEvidence(seen.ending) : []),
    `met at ${origin}`,
    ...(saved === undefined ? [] : [`saved as ${saved}`]),
  ];
}

function describeStep(step: Step, subject: Subject): string {
  if (step.do === 'call') return `${step.method} with ${bytesText(step.body)}`;
  return step.do === 'register' ? `${methodOf(step, subject)} with the configuration under test` : step.do;
}

/** A body as a line: its length, and as much of it as a finding shows. */
export function bytesText(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'no body';
  const shown = Buffer.from(bytes.subarray(0, SHOWN));
  const text = shown.toString('utf8');
  const readable = Buffer.from(text).equals(shown) ? printable(text) : `base64 ${shown.toString('base64')}`;
  return `${bytes.length} byte${bytes.length === 1 ? '' : 's'}: ${readable}${bytes.length > SHOWN ? '…' : ''}`;
}
