import type { ConformanceTest } from '../types.js';

/** Level 4: input that nobody should send. */
export const HOSTILE: readonly ConformanceTest[] = [];
