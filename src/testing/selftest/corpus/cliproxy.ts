import type { BadPlugin } from '../types.js';

const inC = (name: string, fires: BadPlugin['fires'], more: Partial<BadPlugin> = {}): BadPlugin => ({
  source: `cliproxy/broken/${name}`,
  language: 'c',
  host: 'cliproxy',
  fires,
  ...more,
});

/** What only CLIProxyAPI asks, and where it weighs things in its own way. */
export const BAD_CLIPROXY: readonly BadPlugin[] = [
  inC('floods-stream', { 'stream.deadlock': 'fail' }, { timeoutMs: 12_000 }),
  inC('open-stream', { 'stream.open': 'fail' }, { timeoutMs: 2000 }),
  inC('mixed-stream', { 'stream.mixed': 'fail' }),
  inC('error-text', { 'env.shape': 'fail' }),
  inC('quoted-bytes', { 'env.bytes': 'warn' }),
  inC('small-keys', { 'env.case': 'pass' }, { says: { 'env.case': /body/ } }),
  inC('forgets-reconfigure', { 'life.again': 'fail' }),
  inC('reserved-names', { 'use.names': 'warn' }, { says: { 'use.names': /help/ } }),
  inC('half-a-login', { 'use.answers': 'fail' }, { says: { 'use.answers': /State/ } }),
  inC('unknown-capability', { 'meta.caps': 'fail' }),
  inC('no-repository', { 'register.ok': 'fail' }),
  inC('opaque-code', { 'env.rc': 'fail' }),
  inC('takes-anything', { 'method.unknown': 'warn' }),
  inC('other-version', { 'meta.match': 'fail' }, { file: 'plugin-v2.0.0.so' }),
];
