import type { BadPlugin } from '../types.js';

/** Level 8: guests that leave their host's process in another state. */
export const BAD_HYGIENE: readonly BadPlugin[] = [
  {
    source: 'broken/leaks-descriptor',
    language: 'c',
    fires: { 'hyg.fd': 'fail' },
    says: { 'hyg.fd': /hook\.invoke leave descriptors open/ },
  },
  {
    source: 'broken/inheritable-descriptor',
    language: 'c',
    fires: { 'hyg.cloexec': 'warn' },
    says: { 'hyg.cloexec': /without close-on-exec/ },
  },
  {
    source: 'broken/leaks-memory',
    language: 'c',
    fires: { 'hyg.rss': 'fail' },
    says: { 'hyg.rss': /grows with every call of hook\.invoke/ },
  },
  { source: 'leaks-memory', language: 'go', fires: { 'hyg.rss': 'fail' } },
  { source: 'leaks-memory', language: 'rust', fires: { 'hyg.rss': 'fail' } },
  {
    source: 'broken/takes-signal',
    language: 'c',
    fires: { 'hyg.signals': 'fail' },
    says: { 'hyg.signals': /by init or registration/ },
  },
  {
    source: 'broken/blocks-signal',
    language: 'c',
    fires: { 'hyg.signals': 'fail' },
    says: { 'hyg.signals': /by a call/ },
  },
  { source: 'takes-signal', language: 'go', fires: { 'hyg.signals': 'fail' } },
  { source: 'broken/takes-locale', language: 'c', fires: { 'hyg.locale': 'fail' } },
  { source: 'broken/sets-environment', language: 'c', fires: { 'hyg.env': 'fail' } },
  { source: 'broken/changes-folder', language: 'c', fires: { 'hyg.cwd': 'fail' } },
  { source: 'broken/changes-umask', language: 'c', fires: { 'hyg.umask': 'fail' } },
  { source: 'broken/lowers-limit', language: 'c', fires: { 'hyg.rlimit': 'fail' } },
  { source: 'broken/rounds-down', language: 'c', fires: { 'hyg.fpu': 'fail' } },
  { source: 'broken/exit-0', language: 'c', fires: { 'hyg.exit': 'fail' }, says: { 'hyg.exit': /with code 0/ } },
  { source: 'broken/exit-0-on-error', language: 'c', fires: { 'hyg.exit': 'fail' } },
  {
    source: 'broken/own-connection',
    language: 'c',
    fires: { 'hyg.net': 'warn' },
    says: { 'hyg.net': /uses the network by itself/ },
  },
  { source: 'own-connection', language: 'go', fires: { 'hyg.net': 'warn' } },
  { source: 'broken/writes-files', language: 'c', fires: { 'hyg.files': 'warn' } },
  { source: 'broken/busy-loop', language: 'c', fires: { 'hyg.idle': 'warn' } },
  { source: 'broken/polls', language: 'c', fires: { 'hyg.idle': 'warn' } },
  { source: 'broken/deep-stack', language: 'c', fires: { 'hyg.stack': 'fail' } },
  { source: 'broken/wide-stack', language: 'c', fires: { 'hyg.stack': 'warn' } },
  { source: 'broken/slower-each-time', language: 'c', fires: { 'hyg.time': 'warn' } },
];
