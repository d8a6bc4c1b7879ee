import type { BadPlugin } from '../types.js';

const inC = (name: string, fires: BadPlugin['fires'], says: BadPlugin['says'] = {}): BadPlugin => ({
  source: `broken/codec-${name}`,
  language: 'c',
  fires,
  says,
});

/** Plugins that take MessagePack and do something wrong with it. */
export const BAD_CODEC: readonly BadPlugin[] = [
  inC('not-offered', { 'codec.choice': 'fail' }, { 'codec.choice': /Offered no codecs, it chooses "msgpack"/ }),
  inC('first-only', { 'codec.choice': 'fail' }, { 'codec.choice': /behind a codec that it cannot know, it names no/ }),
  inC('favourite', { 'codec.choice': 'fail' }, { 'codec.choice': /JSON before MessagePack/ }),
  inC('needs-known', { 'codec.choice': 'fail' }, { 'codec.choice': /does not register/ }),
  inC('errors-in-json', { 'codec.switch': 'fail', 'codec.answer': 'fail' }, { 'codec.answer': /it is JSON/ }),
  inC('forgets', { 'codec.switch': 'fail' }, { 'codec.switch': /After the configuration was replaced/ }),
  inC('sticks', { 'codec.switch': 'fail' }, { 'codec.switch': /After a registration without an offer/ }),
  inC('by-looks', { 'codec.switch': 'fail' }, { 'codec.switch': /with a body of JSON/ }),
  inC('trailing-byte', { 'codec.answer': 'fail' }, { 'codec.answer': /1 bytes follow the value/ }),
  inC('bytes-for-text', { 'codec.answer': 'fail' }, { 'codec.answer': /"error.message" is bin/ }),
  inC('asks-in-json', { 'codec.callback': 'fail' }, { 'codec.callback': /host\.log/ }),
  inC('asks-badly', { 'codec.callback': 'fail' }, { 'codec.callback': /1 bytes follow/ }),
  inC('nil-lost', { 'codec.agree': 'fail' }, { 'codec.agree': /JSON: null\nMessagePack: false/ }),
  inC(
    'signed',
    { 'codec.exact': 'fail' },
    { 'codec.exact': /JSON: 9223372036854775808\nMessagePack: -9223372036854775808/ },
  ),
  inC('doubles', { 'codec.exact': 'fail' }, { 'codec.exact': /JSON: 9007199254740991|JSON: 9007199254740993/ }),
  inC('believes-lengths', { 'codec.hostile': 'crash' }, { 'codec.hostile': /does not survive/ }),
  inC('no-depth', { 'codec.hostile': 'crash' }, { 'codec.hostile': /nested 100,000 deep/ }),
  inC('repeats', { 'codec.hostile': 'fail' }, { 'codec.hostile': /a key that comes twice/ }),
  inC('any-utf8', { 'codec.hostile': 'fail' }, { 'codec.hostile': /not UTF-8/ }),
  inC('nan', { 'codec.hostile': 'fail' }, { 'codec.hostile': /NaN/ }),
  inC('extensions', { 'codec.hostile': 'fail' }, { 'codec.hostile': /an extension of 1 byte/ }),
  inC('bytes-anywhere', { 'codec.hostile': 'fail' }, { 'codec.hostile': /bytes in an open place/ }),
  inC('number-keys', { 'codec.hostile': 'fail' }, { 'codec.hostile': /an integer as a key/ }),
  inC('goes-on', { 'codec.hostile': 'fail' }, { 'codec.hostile': /a valid body and nil/ }),
];
