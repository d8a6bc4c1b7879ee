import type { BadPlugin } from '../types.js';

/** What only the probe sees of level 2. */
export const BAD_ENVELOPE_PROBE: readonly BadPlugin[] = [
  {
    source: 'broken/leaves-slot',
    language: 'c',
    fires: { 'env.slot': 'fail' },
    says: { 'env.slot': /left all of its response slot as it was/ },
  },
  { source: 'broken/frees-slot', language: 'c', fires: { 'env.slot': 'crash' } },
  {
    source: 'broken/zero-bytes',
    language: 'c',
    fires: { 'env.empty': 'fail' },
    says: { 'env.empty': /a buffer of 0 bytes/ },
  },
  {
    source: 'broken/null-with-length',
    language: 'c',
    fires: { 'env.empty': 'fail' },
    says: { 'env.empty': /16 bytes at a null pointer/ },
  },
  {
    source: 'broken/refuses-newer-host',
    language: 'c',
    fires: { 'schema.ahead': 'warn' },
    says: { 'schema.ahead': /does not register: invalid_request: unknown schema/ },
  },
];
