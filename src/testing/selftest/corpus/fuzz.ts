import type { BadPlugin } from '../types.js';

export const BAD_FUZZ: readonly BadPlugin[] = [];
