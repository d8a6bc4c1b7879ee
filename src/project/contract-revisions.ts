import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { packageRoot } from '../support/package-root.js';

/** A JSON value as RFC 7386 sees it. */
type Json = Readonly<Record<string, unknown>>;

/** One released state of a host: what differs from the contract as it stands in the files, as data. */
export interface HostRevision {
  readonly summary: string;
  /** Only a part of what this revision does is known. */
  readonly partial?: boolean;
  /** How this revision finds plugin files; see the layout of its profile. */
  readonly layout?: Json;
  /** What this revision does beyond its contract; typed by its profile. */
  readonly behaviour?: Json;
  /** JSON merge patch (RFC 7386) for `contract.json`. */
  readonly contract: Json;
  /** JSON merge patch for `types.json`. */
  readonly types: Json;
}

/** `revisions.json` of a profile. */
export interface RevisionsFile {
  /** The revision that is meant when none is named. */
  readonly default: string;
  readonly revisions: Readonly<Record<string, HostRevision>>;
}

const read = new Map<string, RevisionsFile | undefined>();

/** The revisions of a host by its plain name; undefined where a host has none. */
export function revisionsOf(name: string): RevisionsFile | undefined {
  if (!read.has(name)) {
    const file = path.join(packageRoot(), 'schemas', 'hosts', name, 'revisions.json');
    read.set(name, existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as RevisionsFile) : undefined);
  }
  return read.get(name);
}

/** Applies a JSON merge patch (RFC 7386): null removes a member, objects are merged, all else replaces. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const merged = new Map(Object.entries(isObject(target) ? target : {}));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else merged.set(key, mergePatch(merged.get(key), value));
  }
  return Object.fromEntries(merged);
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
