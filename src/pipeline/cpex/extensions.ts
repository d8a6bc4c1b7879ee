import type { Fields } from '../../hosts/json-fields.js';

/** The extensions of a request beside what a plugin saw of them and gave back. */
export interface Exchanged {
  readonly all: Fields;
  readonly seen: Fields;
  readonly returned: Fields;
}

export interface Merged {
  /** All extensions after the merge; absent when nothing changed. */
  readonly extensions?: Fields;
  /** Why no change is taken. */
  readonly rejection?: string;
}

/** What a plugin with these capabilities may see. */
export function visibleExtensions(all: Fields, _capabilities: ReadonlySet<string>): Fields {
  return all;
}

/** Takes over what a plugin may change; one change that it may not make takes all of them away. */
export function mergeExtensions({ all: _ }: Exchanged, _capabilities: ReadonlySet<string>): Merged {
  return {};
}
