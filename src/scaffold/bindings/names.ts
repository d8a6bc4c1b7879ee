import type { Name } from './ir.js';

/** Splits any spelling into lower-case words: `cmf.tool_pre-invoke`, `ToolPreInvoke`, `HTTPRequest`. */
export function wordsOf(text: string): string[] {
  return text
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== '')
    .map((word) => word.toLowerCase());
}

/** All spellings of a wire name. */
export function nameOf(wire: string): Name {
  const words = wordsOf(wire);
  const snake = words.join('_');
  const pascal = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
  return { wire, snake, pascal, upper: snake.toUpperCase() };
}

const ROLE_WORDS = new Set(['request', 'result', 'payload']);

/**
 * Name of an enum that stands inside fields: what the structs that use it have in common, then
 * the field. `scope` of KvGetRequest and KvSetRequest gives `KvScope`, `level` of LogRequest
 * gives `LogLevel`.
 */
export function enumName(structs: readonly string[], field: string): string {
  const [first = [], ...rest] = structs.map((struct) => {
    const words = wordsOf(struct);
    return ROLE_WORDS.has(words.at(-1) ?? '') ? words.slice(0, -1) : words;
  });
  let shared = first.length;
  for (const words of rest) {
    let same = 0;
    while (same < shared && words[same] === first[same]) same += 1;
    shared = same;
  }
  return nameOf([...first.slice(0, shared), ...wordsOf(field)].join('_')).pascal;
}
