import { LineCounter } from 'yaml';
import { readExactYaml } from '../support/exact-yaml.js';
import { type Position, positionOf, toPosition } from './yaml-positions.js';

/** A YAML or JSON text as a value, and where in the text its parts stand. */
export interface PlacedYaml {
  /** Undefined when there are problems. */
  readonly value: unknown;
  /** What keeps the text from being a JSON value. */
  readonly problems: readonly (Position & { readonly message: string })[];
  /** Position of the value at a path, or of its last key; of the nearest thing above where it is not there. */
  readonly at: (path: readonly string[], part?: 'key' | 'value') => Position;
}

/** Reads a text so that whatever is wrong with its value can be told with its line. Never throws. */
export function readPlacedYaml(text: string): PlacedYaml {
  const { value, document, problems } = readExactYaml(text);
  const lines = new LineCounter();
  lines.addNewLine(0);
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines.addNewLine(at + 1);
  return {
    value,
    problems: problems.map(({ offset, message }) => ({ ...toPosition(lines, offset), message })),
    at: (path, part = 'value') => positionOf(document, lines, path, part),
  };
}
