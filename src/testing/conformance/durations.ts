/**
 * How long tests wait and repeat, in milliseconds where nothing else is said. Short ones are for everyday runs; the
 * self-test takes shorter ones still, with strong defects; level 10 has the long ones.
 */
export interface Durations {
  /** How slowly the host answers in `cb.slow`. */
  readonly slowHost: number;
  /** How long the host's table is watched after shutdown in `life.silence`. */
  readonly silence: number;
  /** How long one call is held inside the host in `conc.block`. */
  readonly block: number;
  /** Children of `conc.first`. */
  readonly firsts: number;
  /** How long idle processor time is measured in `hyg.idle`. */
  readonly idle: number;
  /** Each fuzzer of level 9. */
  readonly fuzz: number;
  /** `tort.soak`. */
  readonly soak: number;
  /** Rounds of `tort.restart`. */
  readonly restarts: number;
  /** Calls per method where a leak is counted. */
  readonly leakCalls: number;
}

/** What `cpex test` takes below level 10. */
export const USUAL: Durations = {
  slowHost: 300,
  silence: 500,
  block: 1000,
  firsts: 40,
  idle: 1000,
  fuzz: 2000,
  soak: 20_000,
  restarts: 20,
  leakCalls: 10_000,
};

/** Level 10: a night's work. */
export const LONG: Durations = {
  slowHost: 3000,
  silence: 2000,
  block: 2000,
  firsts: 200,
  idle: 3000,
  fuzz: 60_000,
  soak: 30 * 60_000,
  restarts: 100,
  leakCalls: 10_000,
};

/** The self-test: its defects are strong. */
export const BRIEF: Durations = {
  slowHost: 100,
  silence: 150,
  block: 300,
  firsts: 10,
  idle: 300,
  fuzz: 500,
  soak: 2000,
  restarts: 3,
  leakCalls: 2000,
};
