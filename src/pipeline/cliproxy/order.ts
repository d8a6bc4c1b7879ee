/** What decides the order in which plugins are asked. */
export interface Ranked {
  readonly id: string;
  readonly priority: number;
}

/** The host's order: higher priority first, then ids by their bytes. */
export function byRank(one: Ranked, other: Ranked): number {
  return other.priority - one.priority || Buffer.compare(Buffer.from(one.id), Buffer.from(other.id));
}
