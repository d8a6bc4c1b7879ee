import type { BadPlugin } from '../types.js';

/** Trouble that only a host with a runtime of its own has. */
export const BAD_GOHOST: readonly BadPlugin[] = [
  { source: 'broken/takes-gos-signal', language: 'c', fires: { 'tort.gohost': 'crash' } },
];
