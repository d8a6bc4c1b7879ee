import type { BadPlugin } from '../types.js';

export const BAD_GOHOST: readonly BadPlugin[] = [];
