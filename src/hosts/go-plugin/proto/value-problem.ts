/** A JSON value that does not fit its message, and the place in it: `flag.variants[0].weight`. */
export class ValueProblem extends Error {
  /** Keys and indices from the outermost on. */
  readonly path: string[] = [];

  /** Adds what is around the place so far. */
  within(part: string): this {
    this.path.unshift(part);
    return this;
  }

  /** `flag.variants[0].weight: expected …`. */
  get sentence(): string {
    const place = this.path.join('').replace(/^\./, '');
    return place === '' ? this.message : `${place}: ${this.message}`;
  }
}

/** Runs a part of the work, and names the place where it does not fit. */
export function at<Value>(part: string, work: () => Value): Value {
  try {
    return work();
  } catch (error) {
    throw error instanceof ValueProblem ? error.within(part) : error;
  }
}
