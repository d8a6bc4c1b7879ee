import type { Finding } from '../model/finding.js';

/** What the rules said about one slice of a universal file. */
export interface SliceFindings {
  /** The slice's processor. */
  readonly name: string;
  readonly findings: readonly Finding[];
}

/**
 * The findings of a universal file: what holds for every slice once, anything else with the slices
 * that it holds for.
 */
export function joinSliceFindings(slices: readonly SliceFindings[]): Finding[] {
  const joined = new Map<string, { readonly finding: Finding; readonly names: string[] }>();
  for (const { name, findings } of slices) {
    for (const finding of findings) {
      const key = JSON.stringify(finding);
      const known = joined.get(key);
      if (known === undefined) joined.set(key, { finding, names: [name] });
      else if (!known.names.includes(name)) known.names.push(name);
    }
  }
  return [...joined.values()].map(({ finding, names }) =>
    names.length === slices.length
      ? finding
      : { ...finding, message: `Slice for ${names.join(', ')}: ${finding.message}` },
  );
}
