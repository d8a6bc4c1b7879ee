import { configProblems } from '../../pipeline/cpex/config-problems.js';
import { validate } from '../../support/schemas.js';
import { didYouMean } from '../../support/suggest.js';
import { MATCHERS, TYPE_NAMES } from './match.js';
import { PIPELINE_KEYS } from './scenario-types.js';

/** Something wrong in a case file, and the path to it from the top of the file. */
export interface CaseProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

type Fields = Readonly<Record<string, unknown>>;

/** The keys of each kind of call that not all others have a use for. */
const CALLS: Readonly<Record<string, readonly string[]>> = {
  hook: ['payload', 'extensions', 'context', 'config'],
  command: ['args', 'env', 'config'],
  step: ['args', 'env', 'request', 'config'],
  tool: ['args', 'request', 'config'],
  event: ['request', 'config'],
  method: ['request', 'config'],
  pipeline: ['hook', 'payload', 'extensions', 'context', 'steps', ...PIPELINE_KEYS],
};

/** The kinds of call that go by a key of their own. */
const KINDS = ['hook', 'command', 'step', 'tool', 'event', 'method'] as const;

/** The expectations that not every kind of call can meet. */
const EXPECTATIONS: Readonly<Record<string, readonly string[]>> = {
  hook: ['result', 'stream', 'stdout', 'stderr', 'verdict', 'payload_modified'],
  command: ['result', 'stream', 'stdout', 'stderr', 'exit_code'],
  step: ['result', 'stream', 'stdout', 'stderr', 'exit_code', 'artifacts'],
  tool: ['result', 'stream', 'stdout', 'stderr', 'content', 'is_error'],
  event: ['result', 'stream', 'stdout', 'stderr', 'outcome'],
  method: ['result', 'stream', 'stdout', 'stderr'],
  pipeline: [
    ...['verdict', 'violation', 'payload', 'payload_modified', 'changes', 'extensions', 'extensions_modified'],
    ...['errors', 'background_errors', 'records', 'global_state', 'local_states'],
  ],
};

/** Everything that is wrong with the parsed text of a case file; an empty list means nothing. */
export function caseFileProblems(value: unknown): CaseProblem[] {
  if (value === null || value === undefined) return [{ path: [], message: 'expected a case, found nothing.' }];
  if (Array.isArray(value)) {
    return [
      { path: [], message: 'expected a case, or several in a list below the key "cases", found a list by itself.' },
    ];
  }
  if (!isFields(value) || !Object.hasOwn(value, 'cases')) return caseProblems(value, []);
  const { cases, ...others } = value;
  const strangers = Object.keys(others).map((key) => ({
    path: [key],
    message: `${key}: expected nothing beside "cases", found the key "${key}".`,
  }));
  if (!Array.isArray(cases) || cases.length === 0) {
    return [...strangers, { path: ['cases'], message: 'cases: expected a list of at least one case.' }];
  }
  return [
    ...strangers,
    ...cases.flatMap((one: unknown, index) => caseProblems(one, ['cases', index])),
    ...repeatedNames(cases),
  ];
}

function caseProblems(value: unknown, base: CaseProblem['path']): CaseProblem[] {
  const problems = validate('case', value).map((problem) => ({
    path: [...base, ...problem.path],
    message: problem.path.length === 0 ? problem.message : `${problem.path.join('.')}: ${problem.message}`,
  }));
  if (problems.length > 0 || !isFields(value)) return problems;
  return [...callProblems(value, base), ...matcherProblems(value.expect, [...base, 'expect'])];
}

/** Exactly one call, with its own keys and expectations. */
function callProblems(one: Fields, base: CaseProblem['path']): CaseProblem[] {
  if (one.pipeline !== undefined || one.plugins !== undefined) return scenarioProblems(one, base);
  const given = KINDS.filter((key) => one[key] !== undefined);
  const [kind = ''] = given;
  if (given.length !== 1) {
    const found = given.length === 0 ? 'none of them' : given.join(' and ');
    return [{ path: base, message: `expected one of ${KINDS.join(', ')}, pipeline or plugins; found ${found}.` }];
  }
  if (one.expect === undefined) return [{ path: base, message: 'expected the key "expect", found none.' }];
  const keys = Object.keys(one).filter((key) => key !== kind);
  return [
    ...misplaced(CALLS, kind, keys, base, base),
    ...misplaced(EXPECTATIONS, kind, keysOf(one.expect), [...base, 'expect'], base),
  ];
}

/** A request through a pipeline: one hook, or several as steps. */
function scenarioProblems(one: Fields, base: CaseProblem['path']): CaseProblem[] {
  const steps = Array.isArray(one.steps) ? (one.steps as Fields[]) : [];
  const expected = [
    ...(one.expect === undefined ? [] : [{ value: one.expect, at: [...base, 'expect'] }]),
    ...steps.flatMap(({ expect }, index) =>
      expect === undefined ? [] : [{ value: expect, at: [...base, 'steps', index, 'expect'] }],
    ),
  ];
  const single = one.hook !== undefined;
  const others = KINDS.filter((key) => key !== 'hook' && one[key] !== undefined);
  const beside = ['hook', 'payload', 'extensions'].filter((key) => one.steps !== undefined && one[key] !== undefined);
  return [
    ...(single || one.steps !== undefined
      ? []
      : [{ path: base, message: 'expected the key "hook" or "steps", found none.' }]),
    ...others.map((key) => ({ path: [...base, key], message: `${key}: a pipeline is called for hooks alone.` })),
    ...beside.map((key) => ({
      path: [...base, key],
      message: `${key}: this belongs into "steps" where there are any.`,
    })),
    ...(expected.length > 0 ? [] : [{ path: base, message: 'expected the key "expect", found none.' }]),
    ...misplaced(CALLS, 'pipeline', Object.keys(one), base, base),
    ...expected.flatMap(({ value, at }) => misplaced(EXPECTATIONS, 'pipeline', keysOf(value), at, base)),
    ...steps.flatMap((step, index) => matcherProblems(step.expect, [...base, 'steps', index, 'expect'])),
    ...pluginProblems(one, base),
  ];
}

/** What is wrong with the configuration that a scenario has itself, or with what it changes in that of a file. */
function pluginProblems(one: Fields, base: CaseProblem['path']): CaseProblem[] {
  const given = PIPELINE_KEYS.filter((key) => one[key] !== undefined);
  const own = Object.fromEntries(given.map((key) => [key, one[key]]));
  const plugins = (Array.isArray(one.plugins) ? one.plugins : []) as Fields[];
  // The plugin under test stands where there is no kind; routes and groups are judged with the file that they change.
  const whole = { ...own, plugins: plugins.map((entry) => ({ kind: '.', ...entry })) };
  if (one.pipeline !== undefined && one.plugins === undefined) return [];
  const problems = configProblems(one.pipeline === undefined ? whole : { plugins: whole.plugins });
  return problems.map(({ path, message }) => {
    const shown = path.length === 0 ? message : `${path.join('.')}: ${message}`;
    return { path: [...base, ...path.map((part) => (/^\d+$/.test(part) ? Number(part) : part))], message: shown };
  });
}

/** Keys that a kind of call has no use for. */
function misplaced(
  table: typeof CALLS,
  kind: string,
  keys: readonly string[],
  at: CaseProblem['path'],
  base: CaseProblem['path'],
): CaseProblem[] {
  const owned = new Set(Object.values(table).flat());
  return keys
    .filter((key) => owned.has(key) && !table[kind]?.includes(key))
    .map((key) => ({ path: [...at, key], message: misplacedMessage([...at.slice(base.length), key], kind, table) }));
}

function keysOf(value: unknown): string[] {
  return isFields(value) ? Object.keys(value) : [];
}

function misplacedMessage(at: CaseProblem['path'], kind: string, table: typeof CALLS): string {
  const key = String(at.at(-1));
  const owners = Object.keys(table).filter((owner) => table[owner]?.includes(key));
  const shown = owners.map((owner) => JSON.stringify(owner)).join(' or ');
  return `${at.join('.')}: this belongs to a case with ${shown}, not with "${kind}".`;
}

/** Ids and recorded results go by name. */
function repeatedNames(cases: readonly unknown[]): CaseProblem[] {
  const seen = new Set<unknown>();
  return cases.flatMap((one, index) => {
    const name = isFields(one) ? one.name : undefined;
    const twice = name !== undefined && seen.has(name);
    seen.add(name);
    return twice
      ? [{ path: ['cases', index, 'name'], message: `name: another case is called ${JSON.stringify(name)}.` }]
      : [];
  });
}

/** Matchers that do not exist or cannot match are found before anything runs. */
function matcherProblems(value: unknown, path: CaseProblem['path']): CaseProblem[] {
  if (Array.isArray(value)) return value.flatMap((one, index) => matcherProblems(one, [...path, index]));
  if (!isFields(value)) return [];
  const keys = Object.keys(value);
  const [key = ''] = keys;
  if (keys.length !== 1 || !key.startsWith('$')) {
    return keys.flatMap((name) => matcherProblems(value[name], [...path, name]));
  }
  const problem = argumentProblem(key, value[key]);
  if (problem !== undefined) return [{ path: [...path, key], message: problem }];
  // What $equal takes is a value, not an expectation.
  return key === '$equal' ? [] : matcherProblems(value[key], [...path, key]);
}

function argumentProblem(name: string, argument: unknown): string | undefined {
  if (!(MATCHERS as readonly string[]).includes(name)) {
    return `there is no matcher ${name}; there are ${MATCHERS.join(', ')}.${didYouMean(name, MATCHERS)}`;
  }
  switch (name) {
    case '$regex':
      return typeof argument === 'string' ? expressionProblem(argument) : `${name}: expected text.`;
    case '$length':
      return Number.isSafeInteger(argument) && Number(argument) >= 0 ? undefined : `${name}: expected a whole number.`;
    case '$type':
      return TYPE_NAMES.includes(String(argument)) ? undefined : `${name}: expected one of ${TYPE_NAMES.join(', ')}.`;
    case '$oneOf':
      return Array.isArray(argument) && argument.length > 0 ? undefined : `${name}: expected a list.`;
    case '$any':
    case '$absent':
      return argument === true ? undefined : `${name}: expected true.`;
    default:
      return undefined;
  }
}

function expressionProblem(text: string): string | undefined {
  try {
    new RegExp(text, 'u');
    return undefined;
  } catch (error) {
    return `$regex: ${(error as Error).message}.`;
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
