import type { SampleCall } from '../../../model/profile.js';

type Step = string | number;

/**
 * Calls like a sample, each with one text or number in its request changed, so that answers which depend on the request
 * differ: a plugin that mixes up its callers cannot hide behind callers that all ask the same.
 */
export function variantsOf(sample: SampleCall, most: number): SampleCall[] {
  return leavesOf(sample.request, [])
    .slice(0, most)
    .map((path) => ({ ...sample, request: changedAt(sample.request, path) }));
}

/** Paths of all texts, then of all numbers. */
function leavesOf(value: unknown, path: readonly Step[]): Step[][] {
  const found: { readonly path: Step[]; readonly text: boolean }[] = [];
  const walk = (one: unknown, at: readonly Step[]): void => {
    if (typeof one === 'string' || typeof one === 'number') {
      found.push({ path: [...at], text: typeof one === 'string' });
    } else if (Array.isArray(one)) {
      for (const [index, item] of one.entries()) walk(item, [...at, index]);
    } else if (typeof one === 'object' && one !== null && !ArrayBuffer.isView(one)) {
      for (const [key, item] of Object.entries(one)) walk(item, [...at, key]);
    }
  };
  walk(value, path);
  return [...found.filter(({ text }) => text), ...found.filter(({ text }) => !text)].map((one) => one.path);
}

/** A copy of a value in which the text at a path is another one, or the number larger by 1. */
export function changedAt(value: unknown, [step, ...rest]: readonly Step[]): unknown {
  if (step === undefined) return typeof value === 'number' ? value + 1 : `${String(value)}-2`;
  if (Array.isArray(value)) {
    return value.map((item: unknown, index) => (index === step ? changedAt(item, rest) : item));
  }
  const object = value as Record<string, unknown>;
  return { ...object, [step]: changedAt(object[step], rest) };
}
