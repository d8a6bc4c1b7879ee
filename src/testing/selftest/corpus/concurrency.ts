import type { BadPlugin } from '../types.js';

export const BAD_CONCURRENCY: readonly BadPlugin[] = [];
