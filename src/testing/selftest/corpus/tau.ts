import type { BadPlugin } from '../types.js';

/** A plugin of `native/corpus/tau`, broken in the way of that name. */
function inTau(
  source: string,
  fires: BadPlugin['fires'],
  says?: BadPlugin['says'],
  more?: Partial<BadPlugin>,
): BadPlugin {
  return {
    source,
    module: 'tau',
    language: 'go',
    host: 'tau',
    fires,
    ...(says === undefined ? {} : { says }),
    ...more,
  };
}

/** Milliseconds for defects that wait for ever; the process itself starts in a few. */
const timeoutMs = 1500;

/** Plugins that break a rule of tau. */
export const BAD_TAU: readonly BadPlugin[] = [
  inTau('silent', { 'tau.register': 'hang' }, undefined, { timeoutMs }),
  inTau('exits-first', { 'tau.register': 'fail' }, { 'tau.register': /no API key/ }),
  inTau('prints-first', { 'tau.register': 'fail' }, { 'tau.register': /starting up/ }),
  inTau('talks-first', { 'tau.register': 'fail' }, { 'tau.register': /first message is "hook_result"/ }),
  inTau('no-name', { 'tau.register': 'fail' }, { 'tau.register': /name/ }),
  inTau('prints-later', { 'tau.pure': 'fail' }, { 'tau.pure': /ready to serve/ }),
  inTau('outlives', { 'tau.end': 'hang' }, undefined, { timeoutMs }),
  inTau('exits-late', { 'tau.end': 'crash' }, { 'tau.end': /code 4/ }),
  inTau('bad-schema', { 'tau.schema': 'fail' }, { 'tau.schema': /"echo" is none/ }),
  inTau('list-schema', { 'tau.schema': 'fail' }, { 'tau.schema': /no schema of an object/ }),
  inTau('twice', { 'tau.schema': 'fail' }, { 'tau.schema': /"echo" more than once/ }),
  inTau('new-name', { 'tau.stable': 'warn' }, { 'tau.stable': /registered differently/ }),
  inTau('no-answer', { 'tau.tool': 'hang' }, undefined, { timeoutMs }),
  inTau('other-id', { 'tau.tool': 'hang' }, undefined, { timeoutMs }),
  inTau('bad-content', { 'tau.tool': 'fail' }, { 'tau.tool': /content/ }),
  inTau('no-error-flag', { 'tau.tool': 'fail' }, { 'tau.tool': /is_error/ }),
  inTau('dies', { 'tau.tool': 'crash' }, { 'tau.tool': /a tool failed/ }),
  inTau('hook-silent', { 'tau.hook': 'hang' }, undefined, { timeoutMs }),
  inTau('hook-shape', { 'tau.hook': 'fail' }, { 'tau.hook': /message/ }),
  inTau('lenient', { 'tau.arguments': 'warn' }, { 'tau.arguments': /takes arguments that its schema refuses/ }),
  inTau('asserts', { 'tau.arguments': 'warn' }, { 'tau.arguments': /interface conversion/ }),
  inTau('unknown-silent', { 'tau.unknown': 'warn' }, { 'tau.unknown': /did not return/ }, { timeoutMs }),
  inTau('unknown-good', { 'tau.unknown': 'warn' }, { 'tau.unknown': /as a good one/ }),
  inTau('late-output', { 'tau.output': 'fail' }, { 'tau.output': /not under way/ }),
  inTau('twice-answered', { 'tau.output': 'fail' }, { 'tau.output': /nobody waits for/ }),
  inTau('asks-badly', { 'tau.server': 'fail' }, { 'tau.server': /queue_info/ }),
  inTau('long', { 'tau.limit': 'warn' }, { 'tau.limit': /bytes of CBOR/ }),
  inTau('cancelled-silent', { 'tau.cancel': 'hang' }, undefined, { timeoutMs }),
  inTau('mixes-ids', { 'tau.overlap': 'hang' }, undefined, { timeoutMs }),
  inTau('dies-idle', { 'tau.idle': 'crash' }, { 'tau.idle': /code 5/ }),
  inTau('other-in-frames', { 'tau.wire': 'fail' }, { 'tau.wire': /"echo" differs/ }),
  inTau('silent-after-idle', { 'tau.idle': 'hang' }, undefined, { timeoutMs }),
];
