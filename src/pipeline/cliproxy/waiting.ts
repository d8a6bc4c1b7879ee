import type { CallContext, CallEnd } from '../../model/session.js';

/** A request of a plugin that is being answered. */
export interface Turn {
  /** Resolves when no call of the plugin is under way inside of this request. */
  settled(): Promise<void>;
  leave(): void;
}

/**
 * The requests of one plugin that wait for an answer. While one does, calls into the plugin go through it: its
 * process serves them on the thread that waits, and nothing else reaches it.
 */
export class Waiting {
  private readonly open: { call: NonNullable<CallContext['call']>; calls: Set<Promise<unknown>> }[] = [];

  /** Begins to answer a request. Leave must follow settled without a pause between them. */
  enter(context: CallContext): Turn {
    const { call } = context;
    if (call === undefined) return { settled: () => Promise.resolve(), leave: () => undefined };
    const entry = { call, calls: new Set<Promise<unknown>>() };
    this.open.push(entry);
    return {
      settled: async () => {
        while (entry.calls.size > 0) await Promise.allSettled([...entry.calls]);
      },
      leave: () => {
        this.open.splice(this.open.indexOf(entry), 1);
      },
    };
  }

  /** Makes a call through the innermost request that waits; undefined when none does. */
  call(method: string, request: Uint8Array): Promise<CallEnd> | undefined {
    const entry = this.open.at(-1);
    if (entry === undefined) return undefined;
    const made = entry.call(method, request);
    entry.calls.add(made);
    const done = () => entry.calls.delete(made);
    made.then(done, done);
    return made;
  }
}
