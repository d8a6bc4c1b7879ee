import type { BadPlugin } from '../types.js';

export const BAD_SMOKE: readonly BadPlugin[] = [];
