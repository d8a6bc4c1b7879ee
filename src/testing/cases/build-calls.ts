import type { HostProfile, Registration } from '../../model/profile.js';
import { CpexError } from '../../support/errors.js';
import type { CaseCall } from './types.js';

type Fields = Readonly<Record<string, unknown>>;

/** A call that a case names in the words of its host. */
type Named = Extract<CaseCall, { kind: 'step' | 'event' | 'tool' | 'hook' }>;

/** The method and request of a case in the words of its host; a text says what is wrong with its name. */
export function buildCall(
  call: Named,
  { protocol }: HostProfile,
  registration: Registration,
): { readonly method: string; readonly request: unknown } | string {
  const [, phase, kind = ''] = call.kind === 'event' ? (/^(before|after)_(.+)$/.exec(call.event) ?? []) : [];
  if (call.kind === 'event' && phase === undefined) {
    return `there is no event "${call.event}": expected its phase and its kind, e.g. before_build_start`;
  }
  const over = call.kind === 'hook' ? {} : fieldsOf(call.request);
  const { words, input } = wordsOf(call, kind, phase, over);
  try {
    const usual = protocol.readWords(words, input, registration);
    if (usual.kind !== 'call') return usual.text;
    // A host that would not make the call tests nothing with it.
    const [unasked] = call.kind === 'hook' ? usual.findings : [];
    if (unasked !== undefined) return unasked.message;
    const own = call.kind === 'step' ? { ...fieldsOf(usual.request), env: call.env } : usual.request;
    return { method: usual.method, request: laidOver(own, over) };
  } catch (error) {
    if (error instanceof CpexError && error.kind === 'user') return error.message;
    throw error;
  }
}

function wordsOf(call: Named, kind: string, phase: string | undefined, over: Fields) {
  switch (call.kind) {
    case 'step':
      return { words: ['step', call.runner], input: { data: call.args, env: {} } };
    case 'tool':
      return { words: ['tool', call.tool], input: { data: call.args, env: {} } };
    case 'hook':
      return { words: ['hook', call.hook], input: { data: call.payload, env: {} } };
    case 'event':
      return {
        words: ['event', kind],
        input: { data: over.event ?? {}, env: {}, ...(phase === undefined ? {} : { phase }) },
      };
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
