import { isDeepStrictEqual } from 'node:util';
import { type Document, isMap, isScalar, parseDocument, Scalar, YAMLMap } from 'yaml';
import type { ConfigEntry } from './entry.js';
import { pairOf, splicedEntry } from './splice.js';
import { cannotChange } from './words.js';

/**
 * Puts a plugin's entry into the text of a host's configuration. Everything else, comments and the
 * order of keys included, stays; an entry that is there keeps its other keys.
 * @returns the same text when there is nothing to change
 * @throws CpexError `CPEX_E_INSTALL_HOST_CONFIG` where the text cannot be changed with certainty
 */
export function withEntry(text: string, id: string, entry: ConfigEntry, file: string): string {
  const windows = text.includes('\r\n');
  const plain = text.replaceAll('\r\n', '\n');
  const document = parseDocument(plain, { uniqueKeys: true });
  const [problem] = document.errors;
  if (problem !== undefined) throw cannotChange(file, problem.message);
  const before = document.toJS() as unknown;
  const wanted = merged(before, id, entry);
  if (isDeepStrictEqual(before, wanted)) return text;
  // The last word has a reader that knows nothing of how a text was made.
  const says = (one: string) => isDeepStrictEqual(readBack(one), wanted);
  const spliced = splicedEntry(plain, document, id, entry);
  const changed = spliced !== undefined && says(spliced) ? spliced : rewritten(plain, document, id, entry, file);
  if (!says(changed)) throw cannotChange(file, 'the change would touch other settings');
  return windows ? changed.replaceAll('\n', '\r\n') : changed;
}

function readBack(text: string): unknown {
  const document = parseDocument(text, { uniqueKeys: true });
  return document.errors.length === 0 ? document.toJS() : undefined;
}

/** The whole text written anew from the document: comments and order stay, blanks may not. */
function rewritten(text: string, document: Document.Parsed, id: string, entry: ConfigEntry, file: string): string {
  const own = mapAt(document, ['plugins', 'configs', id], file);
  set(document, own, 'enabled', true);
  if (entry.store !== undefined) set(document, own, 'store', entry.store);
  return document.toString({ lineWidth: 0, ...styleOf(text) });
}

type Fields = Readonly<Record<string, unknown>>;

/** What the configuration is to say afterwards. */
function merged(before: unknown, id: string, entry: ConfigEntry): Fields {
  const top = fields(before);
  const plugins = fields(top.plugins);
  const configs = fields(plugins.configs);
  return { ...top, plugins: { ...plugins, configs: { ...configs, [id]: { ...fields(configs[id]), ...entry } } } };
}

/** The map below these keys; made where there is none, or nothing behind a key. */
function mapAt(document: Document.Parsed, keys: readonly string[], file: string): YAMLMap {
  if (document.contents === null) (document as Document).contents = new YAMLMap();
  let map: unknown = document.contents;
  for (const key of keys) {
    if (!isMap(map)) throw cannotChange(file, `what holds "${key}" is no mapping`);
    map = childMap(document, map, key, file);
  }
  return map as YAMLMap;
}

function childMap(document: Document.Parsed, map: YAMLMap, key: string, file: string): YAMLMap {
  const pair = pairOf(map, key);
  const value = pair?.value;
  if (isMap(value)) {
    if (value.items.length === 0) value.flow = false;
    return value;
  }
  const child = new YAMLMap();
  if (pair === undefined) map.add(document.createPair(key, child));
  else if (value === null || (isScalar(value) && value.value === null)) {
    if (isScalar(value) && value.comment) child.commentBefore = value.comment;
    pair.value = child;
  } else throw cannotChange(file, `"${key}" is no mapping`);
  return child;
}

function set(document: Document.Parsed, map: YAMLMap, key: string, value: unknown): void {
  const old = map.get(key, true);
  const comment = isScalar(old) ? old.comment : undefined;
  const node = document.createNode(value);
  if (node instanceof Scalar && comment !== undefined) node.comment = comment;
  map.set(key, node);
}

/** How the file is indented, as far as its first lines of a kind say. */
function styleOf(text: string): { indent?: number; indentSeq?: boolean } {
  const indent = /^[^\s#-][^\n]*:[ \t]*(?:#[^\n]*)?\n(?:[ \t]*(?:#[^\n]*)?\n)*( +)[^\s#-]/m.exec(text)?.[1]?.length;
  const list = /^( *)[^\s#-][^\n]*:[ \t]*(?:#[^\n]*)?\n(?:[ \t]*(?:#[^\n]*)?\n)*( *)- /m.exec(text);
  return {
    ...(indent === undefined ? {} : { indent }),
    ...(list === null ? {} : { indentSeq: list[1] !== list[2] }),
  };
}

function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}
