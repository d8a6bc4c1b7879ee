import { isDeepStrictEqual } from 'node:util';
import { parse, stringify, TomlDate, type TomlTable, type TomlValue } from 'smol-toml';
import { cannotChange } from './words.js';

/** What `plugins.toml` says of one plugin. */
export interface CommandEntry {
  /** The executable's absolute path, then its arguments. */
  readonly command: readonly string[];
  /** Variables; one that the file has already keeps its value. */
  readonly env: Readonly<Record<string, string>>;
}

/** Tables that may hold a plugin, the one for new plugins first. */
const SCOPES = ['global', 'session'] as const;

/** The entry as it would stand in a file of its own. */
export function commandTable(id: string, { command, env }: CommandEntry, scope: string = SCOPES[0]): string {
  const lines = [`[${scope}.${keyText(id)}]`, `command = ${valueText([...command])}`];
  if (Object.keys(env).length > 0) lines.push(`env = ${inlineTable(env)}`);
  return `${lines.join('\n')}\n`;
}

/**
 * Puts a plugin's entry into the text of `plugins.toml`. Comments, order and all other settings stay; an entry that is
 * there keeps its place, its other keys and its variables.
 * @returns the same text when there is nothing to change
 * @throws CpexError `CPEX_E_INSTALL_HOST_CONFIG` where the text cannot be changed with certainty
 */
export function withCommand(text: string, id: string, entry: CommandEntry, file: string): string {
  const windows = text.includes('\r\n');
  const plain = text.replaceAll('\r\n', '\n');
  const before = readToml(plain, file);
  const scope = SCOPES.find((one) => tableAt(before, [one, id]) !== undefined) ?? SCOPES[0];
  const wanted = merged(before, [scope, id], entry);
  if (same(before, wanted)) return text;
  const changed =
    tableAt(before, [scope, id]) === undefined
      ? `${plain}${plain === '' || plain.endsWith('\n\n') ? '' : plain.endsWith('\n') ? '\n' : '\n\n'}${commandTable(id, entry, scope)}`
      : spliced(plain, [scope, id], entry, before);
  // The last word has a reader that knows nothing of how the text was made.
  if (changed === undefined || !same(tryToml(changed), wanted)) {
    throw cannotChange(file, `the entry of ${id} is written in a way that cpex does not change`);
  }
  return windows ? changed.replaceAll('\n', '\r\n') : changed;
}

function spliced(text: string, path: readonly string[], entry: CommandEntry, before: TomlTable): string | undefined {
  const lines = text.split('\n');
  const header = lines.findIndex((line) => isDeepStrictEqual(headerOf(line), path));
  if (header < 0) return undefined;
  const { env: old } = tableAt(before, path) ?? {};
  const known = typeof old === 'object' ? (old as Readonly<Record<string, TomlValue>>) : {};
  const fresh = Object.entries(entry.env).filter(([name]) => !Object.hasOwn(known, name));
  // From below upwards, so that the places above stay.
  const inner = lines.findIndex((line) => isDeepStrictEqual(headerOf(line), [...path, 'env']));
  if (fresh.length > 0 && inner >= 0) {
    lines.splice(inner + 1, 0, ...fresh.map(([name, value]) => `${keyText(name)} = ${valueText(value)}`));
  }
  if (fresh.length > 0 && inner < 0)
    setKey(lines, header, 'env', inlineTable({ ...known, ...Object.fromEntries(fresh) }));
  setKey(
    lines,
    lines.findIndex((line) => isDeepStrictEqual(headerOf(line), path)),
    'command',
    valueText([...entry.command]),
  );
  return lines.join('\n');
}

/** Replaces the value of a key below a header, or adds the key; a comment behind it stays. */
function setKey(lines: string[], header: number, key: string, value: string): void {
  const end = lines.findIndex((line, index) => index > header && headerOf(line) !== undefined);
  const last = end < 0 ? lines.length : end;
  const at = lines.findIndex((line, index) => index > header && index < last && startsKey(line, key));
  if (at < 0) {
    lines.splice(header + 1, 0, `${key} = ${value}`);
    return;
  }
  const length = valueLines(lines.slice(at, last));
  const blanks = /^\s*/.exec(lines[at] ?? '')?.[0] ?? '';
  const comment = length === 1 ? commentOf(lines[at] ?? '') : '';
  lines.splice(at, length, `${blanks}${key} = ${value}${comment}`);
}

function startsKey(line: string, key: string): boolean {
  return new RegExp(`^\\s*(?:${key}|"${key}"|'${key}')\\s*=`).test(line);
}

/** How many lines the value takes that begins on the first: as many as make it whole. */
function valueLines(lines: readonly string[]): number {
  for (let count = 1; count < lines.length; count++) {
    if (tryToml(lines.slice(0, count).join('\n')) !== undefined) return count;
  }
  return lines.length;
}

/** The comment at the end of a line that holds a whole value, with the blanks before it. */
function commentOf(line: string): string {
  const whole = tryToml(line);
  for (let at = line.indexOf('#'); at >= 0; at = line.indexOf('#', at + 1)) {
    if (!same(tryToml(line.slice(0, at)), whole)) continue;
    const from = line.slice(0, at).trimEnd().length;
    return line.slice(from);
  }
  return '';
}

/** The keys of a table's header; undefined for any other line. */
function headerOf(line: string): string[] | undefined {
  if (!/^\s*\[[^[]/.test(line)) return undefined;
  let table: TomlValue | undefined = tryToml(line);
  if (table === undefined) return undefined;
  const path: string[] = [];
  while (typeof table === 'object' && Object.keys(table).length === 1) {
    const [key = ''] = Object.keys(table);
    path.push(key);
    table = (table as TomlTable)[key] as TomlValue;
  }
  return path;
}

function merged(
  before: TomlTable,
  [scope = '', id = '']: readonly string[],
  { command, env }: CommandEntry,
): TomlTable {
  const old = tableAt(before, [scope, id]) ?? {};
  const variables = { ...env, ...(typeof old.env === 'object' ? (old.env as TomlTable) : {}) };
  const entry = { ...old, command: [...command], ...(Object.keys(variables).length === 0 ? {} : { env: variables }) };
  return { ...before, [scope]: { ...(tableAt(before, [scope]) ?? {}), [id]: entry } };
}

function tableAt(document: TomlTable, path: readonly string[]): TomlTable | undefined {
  let value: TomlValue | undefined = document;
  for (const key of path) {
    if (typeof value !== 'object' || Array.isArray(value) || !Object.hasOwn(value, key)) return undefined;
    value = (value as TomlTable)[key];
  }
  return typeof value === 'object' && !Array.isArray(value) ? (value as TomlTable) : undefined;
}

/** Numbers beyond what a double holds are somebody else's, and stay as they are. */
const LARGE = { integersAsBigInt: 'asNeeded' } as const;

/** Tables come without a prototype, and what is put into them has one. */
function same(a: unknown, b: unknown): boolean {
  return isDeepStrictEqual(plain(a), plain(b));
}

function plain(value: unknown): unknown {
  if (value instanceof TomlDate) return ['date', value.toISOString()];
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, plain(one)]));
}

function readToml(text: string, file: string): TomlTable {
  try {
    return parse(text, LARGE);
  } catch (error) {
    throw cannotChange(file, (error as Error).message);
  }
}

function tryToml(text: string): TomlTable | undefined {
  try {
    return parse(text, LARGE);
  } catch {
    return undefined;
  }
}

function keyText(key: string): string {
  return /^[A-Za-z0-9_-]+$/.test(key) ? key : valueText(key);
}

/** A text or a list of texts as TOML has them. */
function valueText(value: string | readonly string[]): string {
  return stringify({ v: value as TomlValue })
    .slice('v = '.length)
    .trimEnd();
}

function inlineTable(table: Readonly<Record<string, TomlValue>>): string {
  const pairs = Object.entries(table).map(
    ([key, value]) => `${keyText(key)} = ${stringify({ v: value }).slice('v = '.length).trimEnd()}`,
  );
  return `{ ${pairs.join(', ')} }`;
}
