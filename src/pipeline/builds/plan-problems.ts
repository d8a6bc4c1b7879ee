import { fieldsOf, isFields } from '../../hosts/json-fields.js';
import { validate } from '../../support/schemas.js';
import { didYouMean } from '../../support/suggest.js';
import { type PlacedProblem, repeatedName, repeatedTexts } from '../placed-file.js';

/** Everything that is wrong with a plan as such, without a look at any other file. */
export function planProblems(value: unknown): PlacedProblem[] {
  if (!isFields(value)) return [{ path: [], message: 'expected a map with the keys "plugins" and "steps".' }];
  const broken = validate('buildPlan', value).map(
    ({ path, keyword, message }): PlacedProblem => ({
      path,
      message: path.includes('config') ? 'expected a map.' : message,
      ...(keyword === 'additionalProperties' ? { part: 'key' } : {}),
    }),
  );
  const steps = (Array.isArray(value.steps) ? value.steps : []).map(fieldsOf);
  return broken.length > 0 ? broken : [...repeatedNames(value.plugins), ...keyProblems(steps), ...circles(steps)];
}

function repeatedNames(plugins: unknown): PlacedProblem[] {
  const names = (Array.isArray(plugins) ? plugins : []).map((one) => fieldsOf(one).name);
  return repeatedTexts(
    names.map((name) => (name === undefined ? undefined : String(name))),
    repeatedName,
  );
}

type RawStep = Readonly<Record<string, unknown>>;

function keyProblems(steps: readonly RawStep[]): PlacedProblem[] {
  const keys = steps.map(({ key }) => String(key));
  const repeated = repeatedTexts(keys, (index, key, first) => ({
    path: ['steps', String(index), 'key'],
    message: `expected each key once, found "${key}" again: step ${first + 1} has it.`,
  }));
  const unknown = steps.flatMap((step, index) =>
    needsOf(step).flatMap((need, place) =>
      keys.includes(need)
        ? []
        : [
            {
              path: ['steps', String(index), 'needs', String(place)],
              message: `expected the key of a step, found "${need}".${didYouMean(need, keys)}`,
            },
          ],
    ),
  );
  return [...repeated, ...unknown];
}

/** A step that needs itself, at whatever distance, could never run. */
function circles(steps: readonly RawStep[]): PlacedProblem[] {
  const needs = new Map(steps.map((step) => [String(step.key), needsOf(step)]));
  const done = new Set<string>();
  const walk = (key: string, path: readonly string[]): readonly string[] | undefined => {
    if (path.includes(key)) return [...path.slice(path.indexOf(key)), key];
    if (done.has(key)) return undefined;
    for (const need of needs.get(key) ?? []) {
      const found = walk(need, [...path, key]);
      if (found !== undefined) return found;
    }
    done.add(key);
    return undefined;
  };
  for (const [index, { key }] of steps.entries()) {
    const circle = walk(String(key), []);
    if (circle !== undefined) {
      const message = `expected steps that can run one after the other, found a circle: ${circle.join(' → ')}.`;
      return [{ path: ['steps', String(index), 'needs'], message }];
    }
  }
  return [];
}

function needsOf({ needs }: RawStep): string[] {
  return Array.isArray(needs) ? needs.map(String) : [];
}
