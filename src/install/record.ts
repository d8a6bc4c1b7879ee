import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { InstalledPlugin, PluginVersion } from '../model/installed.js';
import { PLUGIN_ID, PLUGIN_VERSION } from '../project/name-grammar.js';
import { CpexError, systemCode } from '../support/errors.js';

/** Folder below the plugins folder that holds everything but the plugins themselves. */
export const STATE_FOLDER = '.cpex';
export const RECORD_FILE = 'installed.json';
/** A change that is under way or was interrupted; `journal.ts` says what it holds. */
export const JOURNAL_FILE = 'journal.json';

/** Version of the record's format; `schemas/installed.json` describes it. */
const RECORD_VERSION = 1;

/** What is installed in a plugins folder; nothing where there is no record. Throws `CPEX_E_INSTALL_RECORD`. */
export async function readRecord(folder: string): Promise<InstalledPlugin[]> {
  const file = path.join(folder, STATE_FOLDER, RECORD_FILE);
  try {
    return parseRecord(await readFile(file, 'utf8'), file);
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT') return [];
    if (code === 'ENOTDIR') {
      throw new CpexError('CPEX_E_INSTALL_PATH', `${folder} is no folder.`, {
        remedy: 'Name the folder that holds the plugins.',
      });
    }
    if (code === 'EACCES') throw damaged(file, 'it cannot be read by this user', error);
    throw error;
  }
}

/** The record as text, in a stable order. */
export function recordText(plugins: readonly InstalledPlugin[]): string {
  const sorted = [...plugins].sort((a, b) => order(a.id, b.id) || order(a.target, b.target));
  return `${JSON.stringify({ v: RECORD_VERSION, plugins: sorted }, null, 2)}\n`;
}

/** Checks every field: paths are made from ids, versions and digests, so none may hold a surprise. */
function parseRecord(text: string, file: string): InstalledPlugin[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw damaged(file, (error as Error).message, error);
  }
  const { v, plugins } = fields(parsed);
  if (typeof v === 'number' && v > RECORD_VERSION) throw damaged(file, `its format ${v} is newer than this cpex`);
  if (v !== RECORD_VERSION || !Array.isArray(plugins)) throw damaged(file, 'it has no list of plugins');
  const read = plugins.map((one: unknown, index) => readPlugin(one, `plugins[${index}]`, file));
  const keys = read.map((one) => `${one.target}/${one.id}`);
  const twice = keys.find((key, index) => keys.indexOf(key) !== index);
  if (twice !== undefined) throw damaged(file, `it names ${twice} twice`);
  return read;
}

/** One plugin out of a record or journal. */
export function readPlugin(value: unknown, where: string, file: string): InstalledPlugin {
  const { id, target, previous } = fields(value);
  const text = reader(where, file);
  if (!Array.isArray(previous)) throw damaged(file, `${where}.previous is no list`);
  return {
    id: text('id', PLUGIN_ID, id),
    target: text('target', /^[a-z0-9]+(-[a-z0-9]+)+$/, target),
    ...readVersion(value, where, file),
    previous: previous.map((one: unknown, index) => readVersion(one, `${where}.previous[${index}]`, file)),
  };
}

function readVersion(value: unknown, where: string, file: string): PluginVersion {
  const { version, sha256, size, source, host, form, installedAt } = fields(value);
  const text = reader(where, file);
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0)
    throw damaged(file, `${where}.size is no size`);
  if (form !== undefined && form !== 'process') throw damaged(file, `${where}.form is not valid`);
  return {
    version: text('version', PLUGIN_VERSION, version),
    sha256: text('sha256', /^[0-9a-f]{64}$/, sha256),
    size,
    source: text('source', /^[^\0]*$/s, source),
    ...(form === undefined ? {} : { form }),
    host: text('host', /^[a-z][a-z0-9-]*(@[\w.-]+)?$/, host),
    installedAt: text('installedAt', /^\d{4}-\d\d-\d\dT[\d:.]+Z$/, installedAt),
  };
}

function reader(where: string, file: string) {
  return (name: string, pattern: RegExp, one: unknown): string => {
    if (typeof one !== 'string' || !pattern.test(one)) throw damaged(file, `${where}.${name} is missing or not valid`);
    return one;
  };
}

function damaged(file: string, why: string, cause?: unknown): CpexError {
  return new CpexError('CPEX_E_INSTALL_RECORD', 'The record of installed plugins cannot be used.', {
    evidence: [file, why],
    ...(cause === undefined ? {} : { cause }),
  });
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function fields(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
