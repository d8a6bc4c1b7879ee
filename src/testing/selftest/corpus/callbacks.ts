import type { BadPlugin } from '../types.js';

export const BAD_CALLBACKS: readonly BadPlugin[] = [];
