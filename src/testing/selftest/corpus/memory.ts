import type { BadPlugin } from '../types.js';

export const BAD_MEMORY: readonly BadPlugin[] = [];
