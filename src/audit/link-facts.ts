import type { BinaryFacts, LinkFacts } from '../model/binary.js';

/**
 * What a file says about its exports and imports, whatever its format. Of a universal file the first
 * slice speaks; rules look at each slice on its own.
 */
export function linkOf(facts: BinaryFacts): LinkFacts | undefined {
  return facts.dynamic ?? facts.macho ?? facts.pe ?? (facts.slices?.[0] === undefined ? undefined : linkOf(facts.slices[0]));
}
