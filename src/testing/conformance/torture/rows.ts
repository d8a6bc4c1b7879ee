import type { ConformanceTest } from '../types.js';

/** Level 10: torture, for a night. */
export const TORTURE: readonly ConformanceTest[] = [];
