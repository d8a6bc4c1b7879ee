/** What one read of a stream comes to. */
export interface Piece {
  readonly payload?: Uint8Array;
  readonly error?: string;
  readonly done?: boolean;
}

interface Entry {
  readonly iterator: AsyncIterator<Uint8Array>;
  readonly cancel: () => void;
  rest: Uint8Array;
}

/** Streams that a plugin reads piece by piece, by ids that are decimal counters. */
export class PieceStreams {
  private readonly entries = new Map<string, Entry>();
  private last = 0;

  /** @param limit most bytes of one piece */
  constructor(private readonly limit: number = Number.POSITIVE_INFINITY) {}

  /** @param cancel called when the stream is closed, also after its end */
  open(pieces: AsyncIterable<Uint8Array>, cancel: () => void): string {
    const id = String(++this.last);
    this.entries.set(id, { iterator: pieces[Symbol.asyncIterator](), cancel, rest: new Uint8Array(0) });
    return id;
  }

  /** The next piece; undefined for a stream that is not open. A stream closes itself at its end. */
  async read(id: string): Promise<Piece | undefined> {
    const entry = this.entries.get(id);
    if (entry === undefined) return undefined;
    try {
      while (entry.rest.length === 0) {
        const { done, value } = await entry.iterator.next();
        if (done === true) {
          this.close(id);
          return { done: true };
        }
        entry.rest = value;
      }
    } catch (error) {
      this.close(id);
      return { error: error instanceof Error ? error.message : String(error), done: true };
    }
    const payload = entry.rest.subarray(0, this.limit);
    entry.rest = entry.rest.subarray(payload.length);
    return { payload };
  }

  /** Ends a stream. Ids that are not open are nothing to it. */
  close(id: string): object {
    const entry = this.entries.get(id);
    this.entries.delete(id);
    entry?.cancel();
    // A generator that waits only ends when it goes on, so nothing is awaited here.
    void entry?.iterator.return?.(undefined)?.then(undefined, () => undefined);
    return {};
  }

  closeAll(): void {
    for (const id of [...this.entries.keys()]) this.close(id);
  }
}
