import type { DecodeState } from './decode-state.js';
import type { JsonNode } from './scan.js';

/** Puts a value where it belongs. */
type Place = (value: unknown) => void;

/**
 * The value that Go decodes into an `any`: numbers as float64, the last of repeated keys. Does not recurse, so that
 * the nesting that Go allows is no danger here either.
 */
export function freeValue(root: JsonNode, state: DecodeState): unknown {
  let result: unknown;
  const todo: { readonly node: JsonNode; readonly place: Place }[] = [];
  const whole: Place = (value) => {
    result = value;
  };
  todo.push({ node: root, place: whole });
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
    const { node, place } = next;
    if (node.kind !== 'object' && node.kind !== 'array') {
      place(leafValue(node, state));
      continue;
    }
    const container: unknown[] | Record<string, unknown> = node.kind === 'array' ? [] : {};
    place(container);
    // The stack gives back the last first; mistakes are to be found in the order of the text.
    for (let index = node.items.length - 1; index >= 0; index--) {
      const item = node.items[index] as JsonNode;
      const key = node.kind === 'array' ? index : state.string(node.keys[index] as JsonNode);
      todo.push({ node: item, place: (value) => put(container, key, value) });
    }
  }
  return result;
}

function put(container: object, key: string | number, value: unknown): void {
  // Plain assignment would set the prototype for `__proto__`.
  if (key === '__proto__') {
    Object.defineProperty(container, key, { value, enumerable: true, configurable: true, writable: true });
  } else {
    (container as Record<string | number, unknown>)[key] = value;
  }
}

function leafValue(node: JsonNode, state: DecodeState): unknown {
  switch (node.kind) {
    case 'string':
      return state.string(node);
    case 'number': {
      const text = state.raw(node);
      const number = Number(text);
      if (!Number.isFinite(number)) state.mistake(`number ${text}`, 'float64');
      return number;
    }
    case 'bool':
      return state.raw(node) === 'true';
    default:
      return null;
  }
}
