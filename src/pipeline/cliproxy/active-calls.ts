import type { Frame } from './member.js';

/** The calls of one plugin that are under way, by the id with which it may refer to them. */
export class ActiveCalls {
  private readonly frames = new Map<number, { id: string; frame: Frame }>();
  private next = 0;

  /** Notes a call. The function that is returned ends it. */
  begin(id: string, frame: Frame): () => void {
    const key = this.next++;
    this.frames.set(key, { id, frame });
    return () => this.frames.delete(key);
  }

  /** Whether a call with this id is under way. */
  has(id: string): boolean {
    return [...this.frames.values()].some((one) => one.id === id);
  }

  /** Where a request of the plugin belongs: to the call that it names, else to the one that began last. */
  frameOf(id: string, fallback: Frame): Frame {
    const all = [...this.frames.values()];
    const named = id === '' ? undefined : all.findLast((one) => one.id === id);
    return (named ?? all.at(-1))?.frame ?? fallback;
  }
}
