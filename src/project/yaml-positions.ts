import { type Document, isMap, isNode, isPair, isSeq, type LineCounter } from 'yaml';

/** Where something stands in a text file; both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/**
 * Position of the value at a path of a YAML document, or of the nearest thing above it that is
 * there. With `key`, the position of the last key instead of its value.
 */
export function positionOf(
  document: Document,
  lines: LineCounter,
  at: readonly string[],
  part: 'key' | 'value',
): Position {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const [index, step] of at.entries()) {
    const last = index === at.length - 1;
    const pair = isMap(node) ? node.items.find((item) => isNode(item.key) && String(item.key) === step) : undefined;
    if (isPair(pair)) {
      const key = startOf(pair.key);
      node = pair.value;
      offset = (last && part === 'key' ? key : (startOf(node) ?? key)) ?? offset;
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
      offset = startOf(node) ?? offset;
    } else break;
  }
  return toPosition(lines, offset);
}

/** Line and column of an offset in the text. */
export function toPosition(lines: LineCounter, offset: number): Position {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}
