import type { BadPlugin } from '../types.js';

export const BAD_LIFE: readonly BadPlugin[] = [];
