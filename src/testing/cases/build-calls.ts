import type { HostProfile, Registration } from '../../model/profile.js';
import { CpexError } from '../../support/errors.js';
import type { CaseCall } from './types.js';

type Fields = Readonly<Record<string, unknown>>;

/** The method and request of a case about a step or an event; a text says what is wrong with its name. */
export function buildCall(
  call: Extract<CaseCall, { kind: 'step' | 'event' }>,
  { protocol }: HostProfile,
  registration: Registration,
): { readonly method: string; readonly request: unknown } | string {
  const [, phase, kind = ''] = call.kind === 'event' ? (/^(before|after)_(.+)$/.exec(call.event) ?? []) : [];
  if (call.kind === 'event' && phase === undefined) {
    return `there is no event "${call.event}": expected its phase and its kind, e.g. before_build_start`;
  }
  const over = fieldsOf(call.request);
  const words = call.kind === 'step' ? ['step', call.runner] : ['event', kind];
  const input =
    call.kind === 'step'
      ? { data: call.args, env: {} }
      : { data: over.event ?? {}, env: {}, phase: phase as 'before' | 'after' };
  try {
    const usual = protocol.readWords(words, input, registration);
    if (usual.kind !== 'call') return usual.text;
    const own = call.kind === 'step' ? { ...fieldsOf(usual.request), env: call.env } : usual.request;
    return { method: usual.method, request: laidOver(own, over) };
  } catch (error) {
    if (error instanceof CpexError && error.kind === 'user') return error.message;
    throw error;
  }
}

/** Maps field by field, all else replaced. */
function laidOver(usual: unknown, over: unknown): unknown {
  if (!isFields(usual) || !isFields(over)) return over;
  const merged = Object.entries(over).map(([key, value]) => [key, laidOver(usual[key], value)]);
  return { ...usual, ...Object.fromEntries(merged) };
}

function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : {};
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
