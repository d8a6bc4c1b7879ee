import type { ConformanceTest } from '../types.js';

/** What is asked of the plugins of tau. */
export const TAU: readonly ConformanceTest[] = [];
