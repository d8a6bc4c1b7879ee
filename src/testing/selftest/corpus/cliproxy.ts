import type { BadPlugin } from '../types.js';

export const BAD_CLIPROXY: readonly BadPlugin[] = [];
