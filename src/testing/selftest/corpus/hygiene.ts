import type { BadPlugin } from '../types.js';

export const BAD_HYGIENE: readonly BadPlugin[] = [];
