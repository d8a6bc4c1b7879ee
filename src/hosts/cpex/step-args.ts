import { CpexError } from '../../support/errors.js';
import { problemsOf } from '../../support/schemas.js';
import type { StepRunner } from './builds.js';

/** A step with the arguments that somebody wrote for it. */
export interface WrittenStep {
  /** What the step is called in a message; absent where there is only one. */
  readonly key?: string;
  readonly args: unknown;
  readonly runner: StepRunner;
}

/**
 * Holds the arguments of steps to the schemas of their runners, before a runner is called.
 * @throws CpexError `CPEX_E_STEP_ARGS`, which lists every place that does not fit
 */
export async function refuseArgs(steps: readonly WrittenStep[]): Promise<void> {
  const evidence: string[] = [];
  for (const { key, args, runner } of steps) {
    if (runner.step_schema === undefined) continue;
    const step = key === undefined ? '' : `${key}: `;
    evidence.push(...(await problemsIn(runner.step_schema, args)).map((one) => `${step}${one}`));
  }
  if (evidence.length === 0) return;
  throw new CpexError('CPEX_E_STEP_ARGS', 'Arguments do not fit the schema of their runner; nothing was run.', {
    evidence,
    remedy: 'Mend the places above. The schema is what the plugin registered as "step_schema" of the runner.',
  });
}

/** `args.commands[0]: expected a list, found "make".`; none for a schema that cannot be used. */
async function problemsIn(schema: Readonly<Record<string, unknown>>, args: unknown): Promise<string[]> {
  const { Ajv2020 } = await import('ajv/dist/2020.js');
  // Words of other drafts are passed over; what says which draft it is would be looked for, and not found.
  const { $schema: _draft, $async: _async, ...own } = schema;
  const ajv = new Ajv2020({
    ...{ allErrors: true, verbose: true, messages: false, logger: false },
    ...{ strict: false, validateSchema: false, validateFormats: false },
  });
  let check: ReturnType<typeof ajv.compile>;
  try {
    check = ajv.compile(own);
  } catch {
    // A schema that says nothing forbids nothing; the runner looks at its arguments itself.
    return [];
  }
  if (check(withoutBigints(args))) return [];
  const places = problemsOf(check.errors ?? []).map(({ path, message }) => `${placeOf(path)}: ${message}`);
  return places.length > 0 ? places : ['args: expected something else.'];
}

function placeOf(path: readonly string[]): string {
  return path.reduce((place, part) => (/^\d+$/.test(part) ? `${place}[${part}]` : `${place}.${part}`), 'args');
}

/** Whole numbers beyond 2^53 are numbers to a schema. */
function withoutBigints(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map(withoutBigints);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, withoutBigints(one)]));
}
