import { fieldsOf, isFields } from '../../hosts/json-fields.js';
import { type SchemaProblem, validate } from '../../support/schemas.js';
import { didYouMean } from '../../support/suggest.js';

/** Something that keeps a plan from being run. */
export type PlanProblem = Pick<SchemaProblem, 'path' | 'message'> & { readonly part?: 'key' | 'value' };

/** Everything that is wrong with a plan as such, without a look at any other file. */
export function planProblems(value: unknown): PlanProblem[] {
  if (!isFields(value)) return [{ path: [], message: 'expected a map with the keys "plugins" and "steps".' }];
  const broken = validate('buildPlan', value).map(
    ({ path, keyword, message }): PlanProblem => ({
      path,
      message: path.includes('config') ? 'expected a map.' : message,
      ...(keyword === 'additionalProperties' ? { part: 'key' } : {}),
    }),
  );
  const steps = (Array.isArray(value.steps) ? value.steps : []).map(fieldsOf);
  return broken.length > 0 ? broken : [...repeatedNames(value.plugins), ...keyProblems(steps), ...circles(steps)];
}

function repeatedNames(plugins: unknown): PlanProblem[] {
  const names = (Array.isArray(plugins) ? plugins : []).map((one) => fieldsOf(one).name);
  return names.flatMap((name, index) =>
    name === undefined || names.indexOf(name) === index
      ? []
      : [
          {
            path: ['plugins', String(index), 'name'],
            message: `expected each name once, found "${String(name)}" again: entry ${names.indexOf(name) + 1} has it.`,
          },
        ],
  );
}

type RawStep = Readonly<Record<string, unknown>>;

function keyProblems(steps: readonly RawStep[]): PlanProblem[] {
  const keys = steps.map(({ key }) => String(key));
  return steps.flatMap((step, index) => {
    const at = ['steps', String(index)];
    const first = keys.indexOf(String(step.key));
    const repeated =
      first === index
        ? []
        : [
            {
              path: [...at, 'key'],
              message: `expected each key once, found "${keys[index]}" again: step ${first + 1} has it.`,
            },
          ];
    const unknown = needsOf(step).flatMap((need, place) =>
      keys.includes(need)
        ? []
        : [
            {
              path: [...at, 'needs', String(place)],
              message: `expected the key of a step, found "${need}".${didYouMean(need, keys)}`,
            },
          ],
    );
    return [...repeated, ...unknown];
  });
}

/** A step that needs itself, at whatever distance, could never run. */
function circles(steps: readonly RawStep[]): PlanProblem[] {
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
