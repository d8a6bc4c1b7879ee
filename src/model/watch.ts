/** How closely the probe watches a plugin, and in which state it meets it. */
export interface Watch {
  /**
   * Names, slots, both tables and host answers end at pages that nobody may touch, and cannot be written where the plugin
   * may not write. Requests end there too, or begin there. Once a call has returned, its memory cannot be touched.
   */
  readonly guard?: 'end' | 'start';
  /** What of that is wanted, so that a test sees one rule broken and no other; all of it when absent. */
  readonly parts?: readonly GuardPart[];
  /** Bytes by which requests are moved off their alignment. */
  readonly skew?: number;
  /** What a response slot holds before a call: zeros, or a pointer and a length that must not survive. */
  readonly slot?: 'poison';
  /** Load the library and make no call, not even of its entry. */
  readonly only?: 'load';
  /**
   * What is done before the library is loaded: the state of the process is kept, the network is cut off and attempts to
   * use it are noted, or no file may grow beyond so many bytes.
   */
  readonly prepare?: 'snapshot' | 'network' | `file-size:${number}`;
}

/**
 * Pages that nobody may touch lie after requests (or before them), methods, slots, the tables of both sides and the host's
 * answers. `read-only`: requests, methods and the host's table cannot be written. `closed`: what belongs to a call cannot
 * be touched after it, `freed`: an answer after it was freed, `silence`: the host's table after shutdown.
 * `pages`: the host's answers lie in pages of their own.
 */
export type GuardPart =
  | 'request'
  | 'method'
  | 'slot'
  | 'tables'
  | 'answers'
  | 'read-only'
  | 'closed'
  | 'freed'
  | 'silence'
  | 'pages';

/** A rule that the probe saw broken by itself. */
export interface Breach {
  /** Id of the conformance test that it concerns. */
  readonly test: string;
  readonly message: string;
}

/** One named value that goes to an experiment or comes from it. */
export type Field = readonly [name: string, value: string | number | Uint8Array];

/** What an experiment has seen. */
export interface Observation {
  /** The first value of that name as a text; undefined when there is none. */
  text(name: string): string | undefined;
  /** The first value as a number. Throws when there is none: an experiment always says what it is asked for. */
  number(name: string): number;
  /** All values of that name, in order. */
  all(name: string): readonly Buffer[];
}
