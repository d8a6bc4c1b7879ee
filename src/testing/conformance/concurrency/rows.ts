import type { ConformanceTest } from '../types.js';

/** Level 6: calls beside one another. */
export const CONCURRENCY: readonly ConformanceTest[] = [];
