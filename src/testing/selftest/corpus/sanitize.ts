import type { BadPlugin } from '../types.js';

export const BAD_SANITIZE: readonly BadPlugin[] = [];
