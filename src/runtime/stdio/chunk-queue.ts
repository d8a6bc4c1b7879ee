import type { Chunk } from '../../model/session.js';

interface Waiting {
  readonly chunk: Chunk;
  /** Called when the reader is done with the chunk. */
  readonly taken: () => void;
}

/**
 * The pieces of one answer, in their order, for one reader. What the reader has not asked past is not taken, which
 * holds up whoever sends; without a reader every piece is taken at once.
 */
export class ChunkQueue implements AsyncIterable<Chunk> {
  private readonly waiting: Waiting[] = [];
  private read = false;
  private over = false;
  private wake: (() => void) | undefined;

  /** Adds a piece; `taken` is called once it has been read. */
  push(chunk: Chunk, taken: () => void): void {
    if (this.over) taken();
    else {
      this.waiting.push({ chunk, taken: this.read ? taken : () => undefined });
      if (!this.read) taken();
      this.wake?.();
    }
  }

  /** No more pieces will come; those that are there can still be read. */
  end(): void {
    this.over = true;
    this.wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Chunk> {
    this.read = true;
    try {
      for (;;) {
        const next = this.waiting.shift();
        if (next !== undefined) {
          yield next.chunk;
          next.taken();
        } else if (this.over) return;
        else {
          await new Promise<void>((resolve) => {
            this.wake = resolve;
          });
        }
      }
    } finally {
      // A reader that stops early holds up nobody.
      this.over = true;
      for (const { taken } of this.waiting.splice(0)) taken();
    }
  }
}
