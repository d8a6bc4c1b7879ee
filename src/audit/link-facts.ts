import type { BinaryFacts, LinkFacts } from '../model/binary.js';

/**
 * What a file says about its exports and imports, whatever its format. Of a universal file the first
 * slice that was read in depth speaks; rules look at each slice on its own.
 */
export function linkOf(facts: BinaryFacts): LinkFacts | undefined {
  return facts.dynamic ?? facts.macho ?? facts.pe ?? facts.slices?.map(linkOf).find((one) => one !== undefined);
}
