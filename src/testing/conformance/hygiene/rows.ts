import type { ConformanceTest } from '../types.js';

/** Level 8: what a guest leaves as it was. */
export const HYGIENE: readonly ConformanceTest[] = [];
