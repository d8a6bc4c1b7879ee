import { type JsonNode, MAX_DEPTH, scanJson } from './scan.js';
import { escapeHtml, floatText, quoted, sortedKeys, utf8Text } from './text.js';

/** A container that is being written: its open brackets' content so far is in the text already. */
interface Level {
  readonly value: object;
  /** Keys of an object in the order of writing; undefined for a list. */
  readonly keys: readonly string[] | undefined;
  next: number;
}

/**
 * A free JSON value as Go writes an `any`: keys sorted, numbers as float64 (bigints as integers), bytes as base64.
 * Members that are undefined are left out. Does not recurse, so depth is no danger.
 * @param sorted false keeps the order of keys, which raw JSON has
 * @throws RangeError for what JSON cannot hold: functions, NaN, infinities, cycles
 */
export function freeText(root: unknown, sorted = true): string {
  const levels: Level[] = [];
  let text = '';
  let value = root;
  for (;;) {
    const leaf = leafText(value);
    if (leaf === undefined) {
      if (levels.length === MAX_DEPTH) throw new RangeError('is nested more than 10000 levels deep');
      levels.push(levelOf(value as object, sorted));
      text += Array.isArray(value) ? '[' : '{';
    } else {
      text += leaf;
    }
    for (;;) {
      const level = levels.at(-1);
      if (level === undefined) return text;
      const separator = level.next === 0 ? '' : ',';
      if (level.keys === undefined) {
        const list = level.value as readonly unknown[];
        if (level.next < list.length) {
          text += separator;
          value = list[level.next++] ?? null;
          break;
        }
      } else {
        const key = level.keys[level.next];
        if (key !== undefined) {
          level.next++;
          text += `${separator}${quoted(key)}:`;
          value = (level.value as Readonly<Record<string, unknown>>)[key];
          break;
        }
      }
      levels.pop();
      text += level.keys === undefined ? ']' : '}';
    }
  }
}

function levelOf(value: object, sorted: boolean): Level {
  if (Array.isArray(value)) return { value, keys: undefined, next: 0 };
  const keys = Object.entries(value).flatMap(([key, one]) => (one === undefined ? [] : [key]));
  return { value, keys: sorted ? sortedKeys(keys) : keys, next: 0 };
}

function leafText(value: unknown): string | undefined {
  switch (typeof value) {
    case 'string':
      return quoted(value);
    case 'number':
      if (!Number.isFinite(value)) throw new RangeError(`is ${value}, which JSON cannot hold`);
      return floatText(value);
    case 'bigint':
    case 'boolean':
      return String(value);
    case 'object':
      if (value === null) return 'null';
      return value instanceof Uint8Array ? `"${Buffer.from(value).toString('base64')}"` : undefined;
    default:
      throw new RangeError(`is ${typeof value === 'undefined' ? 'undefined' : `a ${typeof value}`}, which is no JSON`);
  }
}

/**
 * Raw JSON as Go passes it on: blanks between the values gone, HTML's characters escaped, all else as it was.
 * @throws GoSyntaxError for what is no JSON
 */
export function compactJson(json: Uint8Array): string {
  const latin1 = Buffer.from(json.buffer, json.byteOffset, json.byteLength).toString('latin1');
  let text = '';
  let from = 0;
  const strings = stringsOf(scanJson(latin1));
  for (const { start, end } of strings) {
    text += latin1.slice(from, start).replace(/[\t\n\r ]+/g, '') + latin1.slice(start, end);
    from = end;
  }
  return escapeHtml(utf8Text(text + latin1.slice(from).replace(/[\t\n\r ]+/g, '')));
}

/** Keys and texts of a document in the order of the text. */
function stringsOf(root: JsonNode): JsonNode[] {
  const found: JsonNode[] = [];
  const todo = [root];
  for (let node = todo.pop(); node !== undefined; node = todo.pop()) {
    if (node.kind === 'string') found.push(node);
    for (const key of node.keys) found.push(key);
    for (const item of node.items) todo.push(item);
  }
  return found.sort((one, other) => one.start - other.start);
}
