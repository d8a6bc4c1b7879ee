import type { Chunk } from '../../model/session.js';

/** Bytes that may wait for their reader before the sender has to. */
const MUCH = 16 * 2 ** 20;

/** Who can be made to wait. */
export interface Source {
  pause(): unknown;
  resume(): unknown;
}

/** Messages of an answer on their way to whoever reads them, in bounded memory. */
export class ChunkQueue implements AsyncIterable<Chunk> {
  private readonly waiting: Uint8Array[] = [];
  private size = 0;
  private over = false;
  private wake: (() => void) | undefined;

  constructor(private readonly source: Source) {}

  push(body: Uint8Array): void {
    this.waiting.push(body);
    this.size += body.length;
    if (this.size > MUCH) this.source.pause();
    this.wake?.();
  }

  /** No more will come. */
  end(): void {
    this.over = true;
    this.wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Chunk> {
    for (;;) {
      const body = this.waiting.shift();
      if (body !== undefined) {
        const was = this.size;
        this.size -= body.length;
        if (was > MUCH && this.size <= MUCH) this.source.resume();
        yield { body };
      } else if (this.over) return;
      else {
        await new Promise<void>((resolve) => {
          this.wake = resolve;
        });
      }
    }
  }
}
