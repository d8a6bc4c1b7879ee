import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { ErrorObject, ValidateFunction } from 'ajv';
import { packageRoot } from './package-root.js';
import { buildPlan, caseFile, manifest, pipeline, repro, toolchainsLock } from './schema-validators.gen.js';
import { didYouMean } from './suggest.js';

/** One way in which a value breaks a schema. */
export interface SchemaProblem {
  /** Keys and indices from the top of the value; for an unknown key, the path of that key. */
  readonly path: readonly string[];
  /** The JSON Schema keyword that was broken, e.g. `required`. */
  readonly keyword: string;
  /** `expected …, found ….`, with a "did you mean" where one is near. */
  readonly message: string;
}

/** What can be checked: a whole manifest, one case of a case file, a whole lock file of tools, a whole bundle, a whole pipeline, a whole build plan. */
const validators = { buildPlan, case: caseFile, manifest, pipeline, repro, toolchainsLock };

export type SchemaName = keyof typeof validators;

/** Checks a value against one of our own schemas; an empty list means that it fits. */
export function validate(schema: SchemaName, value: unknown): SchemaProblem[] {
  const check: ValidateFunction = validators[schema];
  return check(value) ? [] : problemsOf(check.errors ?? []);
}

/** What a validator found, in words. Its schema has to have been compiled with `verbose`. */
export function problemsOf(errors: readonly ErrorObject[]): SchemaProblem[] {
  // Where a schema says in words what it takes, the alternatives one by one only repeat it.
  const told = errors.filter((error) => isChoice(error) && expectedWords(error) !== undefined);
  const repeats = (error: ErrorObject) => told.some((one) => error.schemaPath.startsWith(`${one.schemaPath}/`));
  return errors.filter((error) => !repeats(error)).flatMap((error) => toProblem(error) ?? []);
}

function isChoice({ keyword }: ErrorObject): boolean {
  return keyword === 'oneOf' || keyword === 'anyOf';
}

function expectedWords(error: ErrorObject): string | undefined {
  return (error.parentSchema as { 'x-expected'?: string } | undefined)?.['x-expected'];
}

/** The text of one of our own schema files. */
export function schemaText(file: 'manifest.json' | 'case.json'): string {
  return readFileSync(path.join(packageRoot(), 'schemas', file), 'utf8');
}

/** Undefined for errors that only sum up what others say in detail. */
function toProblem(error: ErrorObject): SchemaProblem | undefined {
  const { keyword, params } = error;
  const at = error.instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  const own = error.parentSchema as { 'x-expected'?: string; properties?: object } | undefined;
  const problem = (expected: string, found = describe(error.data), hint = '', where = at): SchemaProblem => ({
    path: where,
    keyword,
    message: `expected ${expected}, found ${found}.${hint}`,
  });
  switch (keyword) {
    case 'additionalProperties': {
      const known = Object.keys(own?.properties ?? {});
      const key = String(params.additionalProperty);
      return problem(`one of ${known.join(', ')}`, `the key "${key}"`, didYouMean(key, known), [...at, key]);
    }
    case 'required':
      return problem(`the key "${String(params.missingProperty)}"`, 'none');
    case 'type':
      return problem(withQuotesHint(own?.['x-expected'] ?? typeName(String(params.type)), error));
    case 'enum': {
      const values = (params.allowedValues as unknown[]).map(String);
      return problem(`one of ${values.join(', ')}`, undefined, didYouMean(String(error.data), values));
    }
    case 'const':
      return problem(JSON.stringify(params.allowedValue));
    case 'pattern':
      return problem(own?.['x-expected'] ?? `text that matches ${String(params.pattern)}`);
    case 'minLength':
      return problem('text that is not empty');
    case 'maxLength':
      return problem(`at most ${String(params.limit)} characters`, 'more');
    case 'minProperties':
      return problem('at least one entry', 'an empty map');
    case 'minimum':
      return problem(`${String(params.limit)} or more`);
    case 'maximum':
      return problem(`${String(params.limit)} or less`);
    case 'minItems':
      return problem('at least one entry', 'an empty list');
    case 'uniqueItems': {
      const [first, second] = [Number(params.i), Number(params.j)].sort((a, b) => a - b);
      const found = `entry ${(first ?? 0) + 1} again`;
      return problem('entries that differ', found, '', [...at, String(second)]);
    }
    case 'if':
    case 'propertyNames':
      // What the branch or the name has to be is told by itself.
      return undefined;
    case 'oneOf':
    case 'anyOf':
      return own?.['x-expected'] === undefined ? undefined : problem(own['x-expected']);
    default:
      return problem(`a value that satisfies ${keyword}`);
  }
}

/** What stands there, short enough for one line. */
function describe(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

/** YAML reads 2.30 and 1.0 as numbers, which is the usual reason for a number in a text's place. */
function withQuotesHint(expected: string, error: ErrorObject): string {
  return error.params.type === 'string' && typeof error.data === 'number' ? `${expected} in quotes` : expected;
}

function typeName(type: string): string {
  return TYPE_NAMES[type] ?? type;
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: 'text',
  object: 'a map of keys and values',
  array: 'a list',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
};
