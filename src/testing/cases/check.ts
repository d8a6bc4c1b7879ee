import { validate } from '../../support/schemas.js';
import { didYouMean } from '../../support/suggest.js';
import { MATCHERS, TYPE_NAMES } from './match.js';

/** Something wrong in a case file, and the path to it from the top of the file. */
export interface CaseProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

type Fields = Readonly<Record<string, unknown>>;

/** The keys of each kind of call that not all others have a use for. */
const CALLS: Readonly<Record<string, readonly string[]>> = {
  hook: ['payload', 'extensions', 'context'],
  command: ['args', 'env'],
  step: ['args', 'env', 'request'],
  event: ['request'],
  method: ['request'],
};

/** The expectations that not every kind of call can meet. */
const EXPECTATIONS: Readonly<Record<string, readonly string[]>> = {
  hook: ['verdict', 'payload_modified'],
  command: ['exit_code'],
  step: ['exit_code', 'artifacts'],
  event: ['outcome'],
  method: [],
};

/** Everything that is wrong with the parsed text of a case file; an empty list means nothing. */
export function caseFileProblems(value: unknown): CaseProblem[] {
  if (value === null || value === undefined) return [{ path: [], message: 'expected a case, found nothing.' }];
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
  const given = Object.keys(CALLS).filter((key) => one[key] !== undefined);
  const [kind = ''] = given;
  if (given.length !== 1) {
    const found = given.length === 0 ? 'none of them' : given.join(' and ');
    return [{ path: base, message: `expected one of ${Object.keys(CALLS).join(', ')}; found ${found}.` }];
  }
  const misplaced = (table: typeof CALLS, fields: Fields, at: CaseProblem['path']) => {
    const strangers = [...new Set(Object.values(table).flat())].filter((key) => !table[kind]?.includes(key));
    return strangers
      .filter((key) => Object.hasOwn(fields, key))
      .map((key) => ({ path: [...at, key], message: misplacedMessage([...at.slice(base.length), key], kind, table) }));
  };
  const expect = isFields(one.expect) ? one.expect : {};
  return [...misplaced(CALLS, one, base), ...misplaced(EXPECTATIONS, expect, [...base, 'expect'])];
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
