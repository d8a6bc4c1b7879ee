import type { Finding } from '../../model/finding.js';
import { fieldsOf } from '../json-fields.js';
import { checkShape, describeProblem } from '../schema-check.js';
import { cpexContract } from './contract.js';

/** What a result breaks beyond its envelope: the shape of the method's result, and what is ignored in it. */
export function resultFindings(method: string, request: unknown, result: unknown): Finding[] {
  const schema = cpexContract.methods.get(method)?.result ?? {};
  const findings: Finding[] = checkShape(schema, result, cpexContract.types).map((problem) => ({
    id: 'result.shape',
    severity: 'fail',
    clause: 'ABI-JSON-009',
    message: `In the result of ${method} ${describeProblem(problem)}.`,
  }));
  return method === 'lifecycle.event' ? [...findings, ...abortFindings(request, result)] : findings;
}

/** Whether a plugin ends the build by its answer: an abort counts before the event only. */
export function aborts(request: unknown, result: unknown): boolean {
  return fieldsOf(request).phase === 'before' && fieldsOf(result).outcome === 'abort';
}

function abortFindings(request: unknown, result: unknown): Finding[] {
  const { phase, event } = fieldsOf(request);
  const { outcome, reason } = fieldsOf(result);
  if (outcome !== 'abort') return [];
  if (phase !== 'before') {
    return [
      {
        id: 'event.abort',
        severity: 'warn',
        clause: 'ABI-BUILD-004',
        message: `The plugin aborts after ${String(fieldsOf(event).kind)}, which is ignored: it has happened.`,
        remedy: 'Ask for the event in the phase "before" to end a build.',
      },
    ];
  }
  if (typeof reason === 'string' && reason !== '') return [];
  return [
    {
      id: 'event.abort',
      severity: 'warn',
      clause: 'ABI-BUILD-004',
      message: 'The plugin aborts without a reason. The build ends, and nobody learns why.',
      remedy: 'Add a "reason".',
    },
  ];
}
