import type { ConformanceTest } from '../types.js';

/** Level 9: fuzzing and sanitizers. */
export const FUZZ: readonly ConformanceTest[] = [];
