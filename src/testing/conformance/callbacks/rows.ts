import type { ConformanceTest } from '../types.js';

/** Level 5: requests of the plugin and what the host answers. */
export const CALLBACKS: readonly ConformanceTest[] = [];
