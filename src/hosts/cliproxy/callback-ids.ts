import type { Finding } from '../../model/finding.js';
import { staleFinding } from './stream-findings.js';

/** How many ended ids are remembered, to say whose they were. */
const REMEMBERED = 1024;

/** The ids that tie a plugin's requests to the call during which it makes them: decimal counters. */
export class CallbackIds {
  private readonly live = new Map<string, { readonly method: string; readonly cleanups: (() => void)[] }>();
  private readonly ended = new Map<string, string>();
  private readonly told = new Set<string>();
  private last = 0;

  constructor(private readonly report: (finding: Finding) => void) {}

  open(method: string): string {
    const id = String(++this.last);
    this.live.set(id, { method, cleanups: [] });
    return id;
  }

  /** Ends an id and what was tied to it. */
  close(id: string): void {
    const entry = this.live.get(id);
    if (entry === undefined) return;
    this.live.delete(id);
    this.ended.set(id, entry.method);
    if (this.ended.size > REMEMBERED) this.ended.delete(this.ended.keys().next().value ?? '');
    for (const cleanup of entry.cleanups) cleanup();
  }

  /** The method whose call an id belongs to; undefined when it has ended. */
  owner(id: string): string | undefined {
    return this.live.get(id)?.method;
  }

  /** Tells of an id that is no call's, or none's any more, once: that is legal, and seldom meant. */
  used(id: string, by: string): void {
    if (id === '' || this.live.has(id) || this.told.has(id)) return;
    this.told.add(id);
    this.report(staleFinding(by, id, this.ended.get(id)));
  }

  /** Has something done when an id ends; nothing when it has ended already. */
  whenClosed(id: string, cleanup: () => void): void {
    this.live.get(id)?.cleanups.push(cleanup);
  }

  closeAll(): void {
    for (const id of [...this.live.keys()]) this.close(id);
  }
}
