import type { ConformanceTest } from '../types.js';

/** Level 7: from load to unload. */
export const LIFE: readonly ConformanceTest[] = [];
