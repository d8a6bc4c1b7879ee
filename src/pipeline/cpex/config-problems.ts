import { canonicalHook } from '../../hosts/contract.js';
import { cpexContract } from '../../hosts/cpex/contract.js';
import { fieldsOf, isFields } from '../../hosts/json-fields.js';
import { type SchemaProblem, validate } from '../../support/schemas.js';
import { didYouMean, orAll } from '../../support/suggest.js';
import { type PlacedProblem, repeatedName, repeatedTexts } from '../placed-file.js';
import { ENTITY_TYPES } from './raw-config.js';

/** Keys of CPEX for Python that mean nothing to a native plugin. */
const PYTHON_KEYS: ReadonlySet<string> = new Set([
  'namespace',
  'applied_to',
  'max_content_size',
  'mcp',
  'grpc',
  'unix_socket',
]);

/** Everything that is wrong with a configuration as such: without a look at any other file. */
export function configProblems(value: unknown): PlacedProblem[] {
  if (!isFields(value)) {
    const found = value === null || value === undefined ? 'an empty file' : 'something else';
    return [{ path: [], message: `expected a map with the key "plugins", found ${found}.` }];
  }
  // Which of its keys a route lacks is told below, with those that it has.
  const broken = validate('pipeline', value).filter(({ keyword }) => keyword !== 'oneOf');
  return [...broken.map(schemaProblem), ...nameProblems(value), ...hookProblems(value), ...routeProblems(value)];
}

function schemaProblem({ path, keyword, message }: SchemaProblem): PlacedProblem {
  const key = path.at(-1) ?? '';
  if (keyword !== 'additionalProperties') return { path, message: key === 'config' ? 'expected a map.' : message };
  if (key === 'identity') {
    return { path, part: 'key', message: 'expected no such key: CPEX calls it "authentication" now.' };
  }
  const foreign = path[0] === 'plugins' && PYTHON_KEYS.has(key) ? ' It is a key of CPEX for Python.' : '';
  return { path, part: 'key', message: `${message}${foreign}` };
}

function nameProblems(value: unknown): PlacedProblem[] {
  const names = listOf(fieldsOf(value).plugins).map((plugin) => fieldsOf(plugin).name);
  return repeatedTexts(
    names.map((name) => (typeof name === 'string' ? name : undefined)),
    repeatedName,
  );
}

function hookProblems(value: unknown): PlacedProblem[] {
  const known = [...cpexContract.hooks.keys()];
  return listOf(fieldsOf(value).plugins).flatMap((plugin, index) =>
    listOf(fieldsOf(plugin).hooks).flatMap((hook, at) => {
      if (typeof hook !== 'string' || canonicalHook(cpexContract, hook) !== undefined) return [];
      const message = `expected ${orAll('a hook of this host', hook, known)}, found "${hook}".${didYouMean(hook, known)}`;
      return [{ path: ['plugins', String(index), 'hooks', String(at)], message }];
    }),
  );
}

function routeProblems(value: unknown): PlacedProblem[] {
  const { plugins, global, groups, routes } = fieldsOf(value);
  const names = listOf(plugins).flatMap((plugin) => {
    const { name } = fieldsOf(plugin);
    return typeof name === 'string' ? [name] : [];
  });
  const uses = (at: readonly string[], group: unknown) => useProblems([...at, 'plugins'], group, names);
  const inGroups = (at: readonly string[], all: unknown) =>
    Object.entries(fieldsOf(all)).flatMap(([key, group]) => uses([...at, key], group));
  return [
    ...inGroups(['global', 'policies'], fieldsOf(global).policies),
    ...inGroups(['global', 'defaults'], fieldsOf(global).defaults),
    ...inGroups(['groups'], groups),
    ...listOf(routes).flatMap((route, index) => [
      ...entityProblems(route, index),
      ...uses(['routes', String(index)], route),
    ]),
  ];
}

function entityProblems(route: unknown, index: number): PlacedProblem[] {
  if (!isFields(route)) return [];
  const given = ENTITY_TYPES.filter((type) => Object.hasOwn(route, type));
  if (given.length === 1) return [];
  const found = given.length === 0 ? 'none' : given.join(' and ');
  return [
    {
      path: ['routes', String(index)],
      message: `expected exactly one of the keys ${ENTITY_TYPES.join(', ')}, found ${found}.`,
    },
  ];
}

function useProblems(at: readonly string[], group: unknown, names: readonly string[]): PlacedProblem[] {
  return listOf(fieldsOf(group).plugins).flatMap((use, index) => {
    const name = typeof use === 'string' ? use : fieldsOf(use).name;
    if (typeof name !== 'string' || names.includes(name)) return [];
    const path = [...at, String(index), ...(typeof use === 'string' ? [] : ['name'])];
    return [
      { path, message: `expected the name of a plugin of this file, found "${name}".${didYouMean(name, names)}` },
    ];
  });
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
