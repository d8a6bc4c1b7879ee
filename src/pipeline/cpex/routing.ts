import { fieldsOf } from '../../hosts/json-fields.js';
import { globMatches, isGlob } from './glob.js';
import { ENTITY_TYPES, type RawConfig, type RawRoute, type RawUse } from './raw-config.js';
import type { PipelineRequest } from './types.js';

/** What `meta` says that a request is about. */
export interface Entity {
  readonly type: (typeof ENTITY_TYPES)[number];
  readonly name: string | undefined;
  readonly scope: string | undefined;
  readonly tags: readonly string[];
}

/** The plugins that routing chooses for a request, and how. */
export interface Routed {
  /** In the order in which they were named: a later one of the same plugin overrides an earlier one. */
  readonly uses: readonly RawUse[];
  /** Index of the route that won. */
  readonly route?: number;
}

/** How well a pattern fits, by its form. */
const SCORES = { exact: 1000, list: 500, glob: 300, all: 0 } as const;
const SCOPE_SCORE = 100;
const WHEN_SCORE = 10;

/**
 * What a request is about; undefined where it has no `meta` or one of no type that routes know, and so every plugin is
 * for it: a misspelt type must not lead past a gate.
 */
export function entityOf({ extensions }: PipelineRequest): Entity | undefined {
  const { entity_type, entity_name, scope, tags } = fieldsOf(extensions.meta);
  const type = ENTITY_TYPES.find((one) => one === entity_type);
  if (type === undefined) return undefined;
  return {
    type,
    name: textOf(entity_name),
    scope: textOf(scope),
    tags: Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string') : [],
  };
}

/** Everything that a configuration chooses for an entity: policies, defaults of its type, groups of its tags, its route. */
export function routedTo({ global, groups = {}, routes = [] }: RawConfig, entity: Entity): Routed {
  const best = bestRoute(routes, entity);
  const route = best === undefined ? undefined : routes[best];
  const tags = [...new Set([...entity.tags, ...(route?.meta?.tags ?? [])])];
  return {
    uses: [
      ...(global?.policies?.all?.plugins ?? []),
      ...(global?.defaults?.[entity.type]?.plugins ?? []),
      ...tags.flatMap((tag) => (Object.hasOwn(groups, tag) ? (groups[tag]?.plugins ?? []) : [])),
      ...(route?.plugins ?? []),
    ],
    ...(best === undefined ? {} : { route: best }),
  };
}

/** Index of the route with the highest score, of equal ones the first; undefined where none fits. */
export function bestRoute(routes: readonly RawRoute[], entity: Entity): number | undefined {
  let best: { readonly index: number; readonly score: number } | undefined;
  for (const [index, route] of routes.entries()) {
    const score = scoreOf(route, entity);
    if (score !== undefined && (best === undefined || score > best.score)) best = { index, score };
  }
  return best?.index;
}

/** Undefined where the route is for something else. */
export function scoreOf(route: RawRoute, { type, name, scope }: Entity): number | undefined {
  const wanted = route[type];
  if (wanted === undefined || name === undefined) return undefined;
  const base = patternScore(wanted, name);
  if (base === undefined) return undefined;
  const asked = route.meta?.scope;
  if (asked !== undefined && asked !== scope) return undefined;
  return base + (asked === undefined ? 0 : SCOPE_SCORE) + (route.when === undefined ? 0 : WHEN_SCORE);
}

function patternScore(wanted: string | readonly string[], name: string): number | undefined {
  if (typeof wanted !== 'string') return wanted.some((one) => globMatches(one, name)) ? SCORES.list : undefined;
  if (wanted === '*') return SCORES.all;
  if (isGlob(wanted)) return globMatches(wanted, name) ? SCORES.glob : undefined;
  return wanted === name ? SCORES.exact : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
