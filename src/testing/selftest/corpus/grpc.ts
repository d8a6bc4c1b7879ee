import type { ProcessSettings } from '../../../model/process.js';
import type { BadPlugin } from '../types.js';

/** What the application asks of the plugins of `native/corpus/go-plugin`. */
export const CORPUS_APPLICATION: ProcessSettings = {
  cookie: { key: 'CORPUS_PLUGIN', value: 'corpus-v1' },
  versions: [1],
  protos: ['go-plugin/corpus.proto'],
};

/** A plugin of `native/corpus/go-plugin`, broken in the way of that name. */
function inGo(
  source: string,
  fires: BadPlugin['fires'],
  says?: BadPlugin['says'],
  more?: Partial<BadPlugin>,
): BadPlugin {
  const where = { module: 'go-plugin', language: 'go', host: 'go-plugin', process: CORPUS_APPLICATION } as const;
  return { source, ...where, fires, ...(says === undefined ? {} : { says }), ...more };
}

/** Milliseconds for defects that wait for ever. */
const timeoutMs = 2500;

/** Plugins that break a rule of go-plugin. */
export const BAD_GRPC: readonly BadPlugin[] = [
  inGo('one-word', { 'gop.handshake': 'fail' }, { 'gop.handshake': /"?ready"?/ }),
  inGo('noise', { 'gop.handshake': 'fail' }, { 'gop.handshake': /loading configuration/ }),
  inGo('silent', { 'gop.handshake': 'hang' }, undefined, { timeoutMs }),
  inGo('exits', { 'gop.handshake': 'fail' }, { 'gop.handshake': /CORPUS_TOKEN is not set/ }),
  inGo('netrpc', { 'gop.handshake': 'fail' }, { 'gop.handshake': /net\/rpc/ }),
  inGo('nowhere', { 'gop.handshake': 'fail' }, { 'gop.handshake': /pipe/ }),
  inGo('version', { 'gop.version': 'fail' }, { 'gop.version': /lowest is 2/ }),
  inGo('nobody', { 'gop.connect': 'fail' }, { 'gop.connect': /127\.0\.0\.1:1/ }, { timeoutMs }),
  inGo('any-cookie', { 'gop.cookie': 'warn' }, { 'gop.cookie': /starts although/ }),
  inGo('silent-cookie', { 'gop.cookie': 'warn' }, { 'gop.cookie': /without a word/ }),
  inGo('unhealthy', { 'gop.health': 'fail' }, { 'gop.health': /UNIMPLEMENTED/ }),
  inGo(
    'bare',
    { 'gop.controller': 'hang', 'gop.stdio': 'warn', 'gop.mtls': 'warn', 'gop.sigint': 'warn' },
    { 'gop.stdio': /GRPCStdio/ },
  ),
  inGo('outlives', { 'gop.controller': 'hang' }),
  inGo('exits-late', { 'gop.controller': 'crash' }, { 'gop.controller': /code 4/ }),
  inGo('unregistered', { 'gop.services': 'fail' }, { 'gop.services': /does not serve|serves none/ }),
  inGo('unwritten', { 'gop.services': 'fail' }, { 'gop.services': /Say is not implemented/ }),
  inGo('port', { 'gop.twice': 'fail' }, { 'gop.twice': /address already in use/ }),
  inGo('elsewhere', { 'gop.socketdir': 'warn' }, { 'gop.socketdir': /another folder/ }),
  inGo('leaves', { 'gop.sockets': 'warn' }, { 'gop.sockets': /corpus\.sock/ }),
  inGo('clear', { 'gop.mtls': 'warn' }),
  inGo('answers-all', { 'gop.unknown': 'fail' }, { 'gop.unknown': /status 0/ }),
  inGo('one-at-a-time', { 'gop.overlap': 'fail' }, { 'gop.overlap': /succeeds alone/ }),
  inGo('dies-cancelled', { 'gop.cancel': 'crash' }, { 'gop.cancel': /the context is done/ }),
  inGo('takes-garbage', { 'gop.garbage': 'fail' }, { 'gop.garbage': /no message/ }),
  inGo('interrupt', { 'gop.sigint': 'warn' }, { 'gop.sigint': /code 130/ }),
  inGo('orphan', { 'gop.orphan': 'warn' }, { 'gop.orphan': /goes on running/ }),
];
