import type { BadPlugin } from '../types.js';

export const BAD_TORTURE: readonly BadPlugin[] = [];
