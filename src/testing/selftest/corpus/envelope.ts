import type { BadPlugin } from '../types.js';

export const BAD_ENVELOPE: readonly BadPlugin[] = [];
