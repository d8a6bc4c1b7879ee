import { type ProcessSettings, WIRES } from '../model/process.js';

/** What of `process` in cpex.yaml goes with a built plugin: no files, which stay behind, and no variables, which are the user's. */
export type TravellingSettings = Omit<ProcessSettings, 'protos' | 'env'>;

/** What a host has to know to start a plugin, for its `build.json`; undefined where nothing was said. */
export function travellingSettings(settings: ProcessSettings | undefined): TravellingSettings | undefined {
  if (settings === undefined) return undefined;
  const { protos: _protos, env: _env, ...rest } = settings;
  return Object.keys(rest).length === 0 ? undefined : rest;
}

/** Reads what a `build.json` of unknown origin says: what is not as it should be counts as not said. */
export function readTravelling(value: unknown): TravellingSettings | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { cookie, versions, services, auto_mtls, wire, args } = value as Readonly<Record<string, unknown>>;
  const known = WIRES.find((one) => one === wire);
  return {
    ...(isCookie(cookie) ? { cookie: { key: cookie.key, value: cookie.value } } : {}),
    ...(isList(versions, Number.isSafeInteger) ? { versions: versions as number[] } : {}),
    ...(isList(services, isText) ? { services: services as string[] } : {}),
    ...(typeof auto_mtls === 'boolean' ? { auto_mtls } : {}),
    ...(known === undefined ? {} : { wire: known }),
    ...(isList(args, isText) ? { args: args as string[] } : {}),
  };
}

function isCookie(value: unknown): value is { readonly key: string; readonly value: string } {
  if (typeof value !== 'object' || value === null) return false;
  const { key, value: content } = value as Readonly<Record<string, unknown>>;
  return typeof key === 'string' && /^[A-Za-z_][A-Za-z0-9_]*$/.test(key) && isText(content);
}

/** A program's arguments and variables end at a NUL. */
function isText(value: unknown): value is string {
  return typeof value === 'string' && !value.includes('\0');
}

function isList(value: unknown, good: (one: unknown) => boolean): value is unknown[] {
  return Array.isArray(value) && value.every(good);
}
