import type { ConformanceTest } from '../types.js';

/** Level 3: whose memory is it? */
export const MEMORY: readonly ConformanceTest[] = [];
