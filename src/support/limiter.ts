/** Lets work in while there is room. */
export type Limiter = <T>(work: () => Promise<T>) => Promise<T>;

/** Lets at most `most` pieces of work run at the same time, first come first served. */
export function limiter(most: number): Limiter {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    // Who is let in takes over the place of the one that left, so that nobody can slip in between.
    if (running >= most) await new Promise<void>((go) => waiting.push(go));
    else running++;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running--;
      else next();
    }
  };
}
