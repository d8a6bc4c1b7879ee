import type { ConformanceTest } from '../types.js';

/** What is asked of the plugins of Console, seam by seam. */
export const CONSOLE: readonly ConformanceTest[] = [];
