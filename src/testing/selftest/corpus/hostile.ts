import type { BadPlugin } from '../types.js';

export const BAD_HOSTILE: readonly BadPlugin[] = [];
