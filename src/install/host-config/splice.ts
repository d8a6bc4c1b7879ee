import { type Document, isMap, isScalar, type Pair, stringify, type YAMLMap } from 'yaml';
import type { ConfigEntry } from './entry.js';

/**
 * The text with an entry put into it and not one other character changed. Undefined where that takes
 * more than adding lines and changing one word: the caller then writes the document anew.
 */
export function splicedEntry(
  text: string,
  document: Document.Parsed,
  id: string,
  entry: ConfigEntry,
): string | undefined {
  const { map, missing } = deepest(document, ['plugins', 'configs', id]);
  if (map === undefined || map.flow === true || map.items.length === 0) return undefined;
  const step = stepOf(text, document);
  if (missing.length > 0) {
    const value = missing.reduceRight<unknown>((inner, key) => ({ [key]: inner }), entry);
    return withLines(text, map, value, step);
  }
  const enabled = pairOf(map, 'enabled');
  const store = pairOf(map, 'store');
  if (store !== undefined && entry.store !== undefined) return undefined;
  const added = {
    ...(enabled === undefined ? { enabled: true } : {}),
    ...(entry.store === undefined ? {} : { store: entry.store }),
  };
  // Lines first: they come later in the text, so that the place of the word stays.
  const extended = Object.keys(added).length === 0 ? text : withLines(text, map, added, step);
  if (enabled === undefined || extended === undefined) return extended;
  const { value } = enabled;
  if (!isScalar(value) || value.range == null || value.range[0] === value.range[1]) return undefined;
  return `${extended.slice(0, value.range[0])}true${extended.slice(value.range[1])}`;
}

/** The innermost map on the way that is there, and the keys that are not. */
function deepest(document: Document.Parsed, keys: readonly string[]) {
  let map = isMap(document.contents) ? (document.contents as YAMLMap) : undefined;
  for (const [index, key] of keys.entries()) {
    const pair: Pair | undefined = map === undefined ? undefined : pairOf(map, key);
    if (pair === undefined) return { map, missing: keys.slice(index) };
    map = isMap(pair.value) ? (pair.value as YAMLMap) : undefined;
  }
  return { map, missing: [] };
}

/** The pair of a key; keys may be numbers to YAML, the host takes them for texts. */
export function pairOf(map: YAMLMap, key: string): Pair | undefined {
  return map.items.find((one) => String(isScalar(one.key) ? one.key.value : one.key) === key);
}

/** Adds pairs behind the last one of a block map, in its own columns. */
function withLines(text: string, map: YAMLMap, value: unknown, step: number): string | undefined {
  const [first] = map.items;
  const key = isScalar(first?.key) ? first.key.range : undefined;
  const end = map.range?.[1];
  if (key == null || end === undefined) return undefined;
  const column = key[0] - (text.lastIndexOf('\n', key[0] - 1) + 1);
  const at = text[end - 1] === '\n' ? end : text.indexOf('\n', end) + 1;
  const lines = stringify(value, { indent: step, lineWidth: 0 })
    .trimEnd()
    .split('\n')
    .map((line) => (line === '' ? line : `${' '.repeat(column)}${line}`));
  const block = `${lines.join('\n')}\n`;
  return at === 0 ? `${text}\n${block}` : `${text.slice(0, at)}${block}${text.slice(at)}`;
}

/** Blanks by which the first nested map is indented. */
function stepOf(text: string, { contents }: Document.Parsed): number {
  for (const { value } of isMap(contents) ? contents.items : []) {
    const key =
      isMap(value) && value.flow !== true && isScalar(value.items[0]?.key) ? value.items[0].key.range : undefined;
    if (key != null) return key[0] - (text.lastIndexOf('\n', key[0] - 1) + 1);
  }
  return 2;
}
