/** Pieces of output, and bytes of them, that may wait for those who listen before whoever prints has to wait. */
const MOST_PIECES = 256;
const MOST_BYTES = 4 * 1024 * 1024;
/** How many times as much may wait of somebody who cannot wait; what is more is dropped. */
const WITHOUT_WAITING = 64;

/** Output of a step on its way to slow listeners: one piece after the other, in the order in which it came. */
export class LogQueue {
  private last: Promise<void> = Promise.resolve();
  private pieces = 0;
  private bytes = 0;
  private released = false;
  private waiting: (() => void)[] = [];

  /** Takes a piece; `tell` is called when all that came before it has been told. False where it is dropped. */
  push(bytes: number, tell: () => Promise<void>): boolean {
    if (this.pieces >= MOST_PIECES * WITHOUT_WAITING || this.bytes >= MOST_BYTES * WITHOUT_WAITING) return false;
    this.pieces += 1;
    this.bytes += bytes;
    const done = () => {
      this.pieces -= 1;
      this.bytes -= bytes;
      this.wake();
    };
    this.last = this.last.then(tell).finally(done);
    return true;
  }

  /** Resolves when there is room for more. */
  async room(): Promise<void> {
    if (this.isFree()) return;
    await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  /** Keeps nobody waiting any more: a step that was cancelled has to be able to end. `false` takes it back. */
  release(released: boolean): void {
    this.released = released;
    this.wake();
  }

  /** Resolves when all has been told. */
  told(): Promise<void> {
    return this.last;
  }

  private isFree(): boolean {
    return this.released || (this.pieces < MOST_PIECES && this.bytes < MOST_BYTES);
  }

  private wake(): void {
    if (!this.isFree()) return;
    const { waiting } = this;
    this.waiting = [];
    for (const go of waiting) go();
  }
}
