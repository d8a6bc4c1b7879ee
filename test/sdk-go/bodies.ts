const valid = '{"host":{"name":"cpex","version":"1.0.0","features":[]},"schema_version":1,"config":CONFIG,';
const limits = '"limits":{"max_request_bytes":18446744073709551615,"max_response_bytes":67108864}}';

/** A registration with a piece of JSON text as its configuration. */
export function withConfig(text: string): string {
  return valid.replace('CONFIG', text) + limits;
}

function bytes(prefix: string, middle: readonly number[], suffix: string): Buffer {
  return Buffer.concat([Buffer.from(prefix), Buffer.from(middle), Buffer.from(suffix)]);
}

function nested(depth: number): string {
  return `${'['.repeat(depth)}${']'.repeat(depth)}`;
}

/** Places a configuration value at a depth: the body and the configuration are two containers already. */
function deep(depth: number): string {
  return withConfig(`{"x":${nested(depth - 2)}}`);
}

/** Bodies that are no strict JSON or no registration: each is answered with `invalid_request`. */
export const REFUSED: Readonly<Record<string, string | Buffer | undefined>> = {
  'a null pointer': undefined,
  'blank space': ' \n',
  'a cut body': withConfig('{}').slice(0, -1),
  'a byte order mark': Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(withConfig('{}'))]),
  'a second value': `${withConfig('{}')} {}`,
  'a NUL at the end': bytes(withConfig('{}'), [0], ''),
  'a duplicate key': withConfig('{"a":1,"a":2}'),
  'a duplicate key, escaped': withConfig('{"a":1,"\\u0061":2}'),
  'a duplicate key, deep': withConfig('{"a":[{"b":{"c":1,"d":2,"c":3}}]}'),
  'a duplicate key of many': withConfig(`{${[...Array(40).keys(), 0].map((n) => `"k${n}":1`).join()}}`),
  'a duplicate known key': withConfig('{},"schema_version":1').replace('"config":{},', '"config":{},'),
  'another case of the key': withConfig('{}').replace('"config"', '"Config"'),
  'depth 129': deep(129),
  'depth 10000': withConfig(nested(10_000)),
  'depth 100000, open': '['.repeat(100_000),
  'a lone high surrogate': withConfig('{"a":"\\ud800"}'),
  'a lone low surrogate': withConfig('{"a":"\\udc00"}'),
  'surrogates in the wrong order': withConfig('{"a":"\\udc00\\ud800"}'),
  'a surrogate before a letter': withConfig('{"a":"\\ud800\\u0061"}'),
  'a surrogate at the end': '"\\ud800',
  'a surrogate in a key': withConfig('{"\\ud800":1}'),
  'bad UTF-8': bytes(withConfig('{"a":"').slice(0, 80), [0xff], ''),
  'overlong UTF-8': bytes('{"a":"', [0xc0, 0xaf], '"}'),
  'a surrogate in UTF-8': bytes('{"a":"', [0xed, 0xa0, 0x80], '"}'),
  'a code point beyond Unicode': bytes('{"a":"', [0xf4, 0x90, 0x80, 0x80], '"}'),
  NaN: withConfig('{"a":NaN}'),
  Infinity: withConfig('{"a":-Infinity}'),
  'a huge exponent': withConfig('{"a":1e999}'),
  'a number of 400 digits': withConfig(`{"a":${'9'.repeat(400)}}`),
  'a leading zero': withConfig('{"a":01}'),
  'a leading plus': withConfig('{"a":+1}'),
  'no digits before the point': withConfig('{"a":.5}'),
  'no digits after the point': withConfig('{"a":1.}'),
  'no digits in the exponent': withConfig('{"a":1e}'),
  'only a minus': withConfig('{"a":-}'),
  'a hexadecimal number': withConfig('{"a":0x1}'),
  'a comment': withConfig('{/* */}'),
  'a trailing comma in an object': withConfig('{"a":1,}'),
  'a trailing comma in an array': withConfig('{"a":[1,]}'),
  'a missing comma': withConfig('{"a":[1 2]}'),
  'a missing colon': withConfig('{"a" 1}'),
  'the wrong bracket': withConfig('{"a":[1}}'),
  'a bare key': withConfig('{a:1}'),
  'single quotes': withConfig("{'a':1}"),
  'a cut word': withConfig('{"a":tru}'),
  'a longer word': withConfig('{"a":nulll}'),
  'a raw line break in a string': withConfig('{"a":"\n"}'),
  'an unknown escape': withConfig('{"a":"\\x41"}'),
  'a short \\u': withConfig('{"a":"\\u12"}'),
  'a string without end': '{"a":"',
  'a vertical tab as space': '\v{}',
  'a no-break space': '\u00a0{}',
  null: 'null',
  'an array': '[]',
  'a string': '"x"',
  'a config that is null': withConfig('null'),
  'a config that is an array': withConfig('[]'),
  'a version that is negative': withConfig('{}').replace('"schema_version":1', '"schema_version":-1'),
  'a version that is 0': withConfig('{}').replace('"schema_version":1', '"schema_version":0'),
  'a version with a fraction': withConfig('{}').replace('"schema_version":1', '"schema_version":1.5'),
  'a version of 2^32': withConfig('{}').replace('"schema_version":1', '"schema_version":4294967296'),
  'a version in a string': withConfig('{}').replace('"schema_version":1', '"schema_version":"1"'),
  'a limit of 2^64': withConfig('{}').replace('18446744073709551615', '18446744073709551616'),
  'a missing limit': withConfig('{}').replace(',"max_response_bytes":67108864', ''),
  'a missing host': withConfig('{}').replace(/"host":\{.*?\},/, ''),
  'a feature that is a number': withConfig('{}').replace('"features":[]', '"features":[1]'),
};

/** Unusual but valid registrations. */
export const ACCEPTED: Readonly<Record<string, string>> = {
  'space everywhere': `\r\n\t ${withConfig('{ "a" : [ 1 , 2 ] , "b" : { } }')} \n`,
  'depth 128': deep(128),
  'the same key in other objects': withConfig('{"a":{"a":1},"b":[{"a":1},{"a":1}]}'),
  'many keys': withConfig(`{${[...Array(2000).keys()].map((n) => `"k${n}":1`).join()}}`),
  'an empty key': withConfig('{"":1}'),
  'a surrogate pair': withConfig('{"a":"\\ud83d\\ude00"}'),
  'an escaped NUL': withConfig('{"a":"\\u0000"}'),
  'a non-character': withConfig('{"a":"\uffff"}'),
  '2^63 and 2^64 in open values': withConfig('{"a":9223372036854775808,"b":-9223372036854775809,"c":1e308}'),
  'an integer with a fraction of zero': withConfig('{}').replace('"schema_version":1', '"schema_version":1.0'),
  'an integer with an exponent': withConfig('{}').replace('67108864', '6.7108864E7'),
  'unknown members': withConfig('{},"later":{"a":[1e2]}'),
  'a newer schema': withConfig('{}').replace('"schema_version":1', '"schema_version":7'),
};
