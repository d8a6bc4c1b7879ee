import type { BadPlugin } from '../types.js';

/** What only other machines show; it needs the sources. */
export const BAD_CROSS: readonly BadPlugin[] = [
  {
    source: 'signed-char-c',
    project: 'signed-char-c',
    language: 'c',
    fires: { 'tort.cross': 'fail' },
    says: { 'tort.cross': /Built for linux-arm64 and run under qemu-\w+, .* fails/ },
  },
];
