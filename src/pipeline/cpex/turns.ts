/** Lets one piece of work go on at a time, in the order in which it came. */
export class Turns {
  private last: Promise<unknown> = Promise.resolve();

  /** Does the work when all that came before has ended, well or not. */
  take<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.last.then(work, work);
    this.last = mine;
    // Its own caller hears of a failure.
    mine.catch(() => undefined);
    return mine;
  }
}
