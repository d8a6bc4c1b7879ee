/** A body with the verdict that RFC 8259 and the ABI (docs/abi.md, section 7) give it. */
export interface Body {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Undefined: accepted. Else the byte at which the reader must notice. */
  readonly refusedAt: number | undefined;
}

const bytesOf = (text: string | readonly number[]): Uint8Array =>
  typeof text === 'string' ? Buffer.from(text, 'utf8') : Uint8Array.from(text);

function good(name: string, texts: readonly (string | readonly number[])[]): Body[] {
  return texts.map((text, index) => ({ name: `${name} ${index}`, bytes: bytesOf(text), refusedAt: undefined }));
}

/** `|` marks the byte at which the error is seen; it is not part of the body. */
function bad(name: string, texts: readonly string[]): Body[] {
  return texts.map((text, index) => {
    const at = text.indexOf('|');
    if (at < 0) throw new Error(`${name} ${index} has no mark: ${text}`);
    const refusedAt = Buffer.byteLength(text.slice(0, at));
    return { name: `${name} ${index}`, bytes: bytesOf(text.slice(0, at) + text.slice(at + 1)), refusedAt };
  });
}

/** Bytes inside a string, wrong at one of them. */
function badBytes(name: string, rows: readonly (readonly number[])[]): Body[] {
  return rows.map((row, index) => ({
    name: `${name} ${index}`,
    bytes: Uint8Array.from([0x22, ...row, 0x22]),
    refusedAt: 1,
  }));
}

const nested = (open: string, close: string, depth: number) => open.repeat(depth) + close.repeat(depth);

// biome-ignore format: rows are easier to read than columns
const scalars = good('scalar', [
  ...['null', 'true', 'false', '0', '-0', '1', '-1', '10', '1234567890', '""', '"a"', '[]', '{}'],
  ...[' 1', '1 ', '\t\n\r 1 \t\n\r', '[ ]', '{ }', '[1]', '[1,2]', '[ 1 , 2 ]', '{"a":1}', '{ "a" : 1 , "b" : 2 }'],
]);

// biome-ignore format: rows are easier to read than columns
const numbers = good('number', [
  ...['0.0', '-0.0', '1.5', '0.1', '1e1', '1E1', '1e+1', '1e-1', '1.5e10', '1.5E+10', '-1.5e-10', '0e0', '0e1', '0E+1'],
  ...['9007199254740993', '18446744073709551615', '18446744073709551616', '-9223372036854775808', '1e999', '-1e999'],
  ...['1e-999', '123456789012345678901234567890.123456789012345678901234567890', '0.00000000000000000000000000001'],
  ...[
    '1e99999999999999999999',
    `1${'0'.repeat(400)}`,
    `0.${'0'.repeat(400)}1`,
    '[0.4e00669999999999999999999999999999999]',
  ],
]);

// biome-ignore format: rows are easier to read than columns
const strings = good('string', [
  ...[
    '"\\""', '"\\\\"', '"\\/"', '"\\b\\f\\n\\r\\t"', '"/"', '"\u007f"', '"\\u0000"', '"\\u0061"', '"\\u00e9"',
    '"\\u20AC"',
  ],
  ...[
    '"\\ud83d\\ude00"', '"\\uD83D\\uDE00"', '"\\ud800\\udc00"', '"\\udbff\\udfff"', '"\\ud7ff"', '"\\ue000"',
    '"\\uffff"',
  ],
  ...[
    '"é"', '"€"', '"😀"', '"\u0080"', '"\u07ff"', '"\u0800"', '"\ud7ff"', '"\ue000"', '"\uffff"', '"\u{10000}"',
    '"\u{10ffff}"',
  ],
  ...[
    '"\ufeff"', '"\u2028\u2029"', '"\\u2028"', '"a\\u0000b"', '"\\\\u0061"', '"\\\\"', '["\\"",1]', '"//"',
    '"/* */"',
  ],
  `"${'x'.repeat(5000)}"`,
  `"${'é'.repeat(3000)}"`,
  `"${'\\n'.repeat(3000)}"`,
]);

// biome-ignore format: rows are easier to read than columns
const objects = good('object', [
  ...['{"":0}', '{"a":{"a":1}}', '{"a":1,"A":2}', '{"a":[{"a":1},{"a":2}]}', '{"\\u0000":1,"":2}', '{"a":null}'],
  ...['{"a\\u0000":1,"a":2}', '{"é":1,"e\u0301":2}', '{"__proto__":1}', '{"constructor":{"prototype":1}}'],
  JSON.stringify(Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`key${i}`, i]))),
  JSON.stringify(Object.fromEntries(Array.from({ length: 13 }, (_, i) => [`k${i}`, i]))),
]);

const deep = good('nesting', [
  nested('[', ']', 128),
  `${'{"a":'.repeat(128)}0${'}'.repeat(128)}`,
  `[${nested('[', ']', 127)},${nested('[', ']', 127)}]`,
  `${'['.repeat(128)}"]]]"${']'.repeat(128)}`,
]);

// biome-ignore format: rows are easier to read than columns
const structure = bad(
    'structure',
  [
    ...['|', ' |', '[|', '{|', '[1|', '[1,|', '{"a"|', '{"a":|', '{"a":1|', '{"a":1,|', '"|', '"a|', '[["a"|'],
    ...[
    '|]', '|}', '|,', '|:', '[|}', '{|]', '[1|}', '{"a":1|]', '[|,]', '[|,1]', '[1,|]', '[1,|,2]', '[1,|,]',
    '[|:]',
    ],
    ...[
    '{|,}', '{"a":1,|}', '{"a":1,|,"b":2}', '{|1:1}', "{|'a':1}", '{|a:1}', '{"a"|,1}', '{"a"|}', '{"a":|}',
    '{"a":|,}',
    ],
    ...[
    '{"a":1|:2}', '{"a"|"b":1}', '{"a" |1}', '[1|:2]', '[1 |2]', '["a"|"b"]', '[1|[2]]', '[[]|[]]',
    '{"a":1|"b":2}',
    ],
    ...[
    '1 |2', '1 |2', '[]|[]', '{}|{}', 'null|null', 'true|,', '[]|]', '{}|}', '[1]|x', '""|""', '1|\0', '1 |\0',
    '{}|\0',
    ],
    ...[
    '[1]|//x', '|//x\n1', '|/* x */1', '[1|/**/]', '[|#1]', '{"a":1|;}', '[1|;2]', '|<a>', '|\ufeff1', '[|\ufeff]',
    '|\u00a01',
    ],
    ...[
    '1|\u00a0', '|\v1', '|\f1', '1|\f', '[|\b]', '|\u2028', '{|null:1}', '{|true:1}', '{|[]:1}', '{|{}:1}',
    '{"a":1,|1}',
    ],
    ...[
    '|*', '[|*]', '[|...]', '[1,|...]', '{|...}', '|`a`', "|'a'", "[|'a']", '|a', '[|a]', '|@', '|\\u0031',
    ],
  ]);

// biome-ignore format: rows are easier to read than columns
const words = bad('word', [
  ...['n|', 'nu|', 'nul|', 't|', 'tru|', 'f|', 'fals|', 'nul|x', 'n|ULL', '|Null', '|NULL', '|True', '|FALSE', 'tru|E'],
  ...[
    'true|x', 'null|1', 'false|false', 'true|false', '|undefined', '|NaN', '|Infinity', 'n|an', '|inf',
  ],
  ...['n|an', 'n|one', '[nul|', '[t|', '|yes', '|on', '{"a":n|il}', 'nul|\0', 'tr|é'],
]);

// biome-ignore format: rows are easier to read than columns
const numberErrors = bad(
    'number',
  [
    ...[
    '-|', '[-|]', '-|a', '-|-1', '|+1', '[|+1]', '0|0', '0|1', '-0|1', '0|00', '[0|1]', '|.5', '-|.5', '[|.5]',
    '1.|', '[1.|]',
    ],
    ...[
    '1.|e1', '1.|.5', '1.|.', '1.5|.5', '1e|', '[1e|]', '1E|', '1e+|', '1e-|', '1e+|+1', '1e+|-1', '1e1|.5',
    '1e1|e1', '1e|.1',
    ],
    ...[
    '0|x10', '0|X10', '0|b1', '0|o7', '1|_000', '1|,000', '1|f', '1|n', '1|L', '-|Infinity', '-|NaN', '|Infinity',
          ],
    ...[
    '0e|', '0e|', '0.|', '-0.|', '1.0e|', '1.0e+|', '|٣', '|１', '-|１', '1|٣', '1.|٣', '1 |.5', '-| 1', '1.| 5',
    '1e| 5',
    ],
    ...['[1|-2]', '[1|+2]', '1|-', '1|/2', '1|%', '|$1', '|(1)', '|=1', '|!1', '|~1', '|&1', '1.5e|x', '1.5e3|x'],
  ]);

// biome-ignore format: rows are easier to read than columns
const stringErrors = bad('string', [
  ...[
    '"|\n"', '"|\t"', '"|\0"', '"|\u001f"', '"a|\r"', '"abc|\n', '["|\n"]', '{"|\n":1}', '"|\b"', '"|\f"',
    '"|\u0001"',
  ],
  ...[
    '"\\|', '"\\|x"', '"\\|a"', '"\\|U0031"', '"\\|\'"', '"\\|0"', '"\\|v"', '"\\|e"', '"\\|\n"', '"\\| "',
    '"\\|é"', '"\\|\0"',
  ],
  ...[
    '"\\u|', '"\\u|"', '"\\u0|"', '"\\u00|"', '"\\u006|"', '"\\u|g000"', '"\\u0|g00"', '"\\u00|g0"', '"\\u000|g"',
    '"\\u| 061"',
  ],
  ...[
    '"\\u|+061"', '"\\u|-061"', '"\\u|{61}"', '"\\u00|\\u0061"', '"\\u0|', '"\\u00|', '"\\u006|', '"\\u0061|',
    '"\\|', '"\\\\|',
  ],
  ...[
    '"|\\ud800"', '"|\\udbff"', '"|\\udc00"', '"|\\udfff"', '"a|\\ud800b"', '"|\\ud800\\n"', '"|\\ud800\\u0061"',
    '"|\\ud800\\ud800"',
  ],
  ...[
    '"|\\udc00\\ud800"', '"|\\ud83d"', '"|\\ud83dx\\ude00"', '"|\\uDEAD"', '"|\\ud800\\"', '"\\ud800\\u|"',
    '"\\ud800\\udc0|"',
  ],
  ...[
    '"\\ud800\\udc00|\\udc00"', '"\\ud800\\u|zzzz"', '{"|\\ud800":1}', '["|\\ud800"]', '"|\\ud800', '"|\\ud800\\',
    '"|\\ud800/u"',
  ],
]);

// biome-ignore format: rows are easier to read than columns
const duplicates = bad('duplicate key', [
  ...[
    '{"a":1,"a":2|}', '{"a":1,"a":1|}', '{"":1,"":2|}', '{"a":1,"b":2,"a":3|}', '{"a":1,"\\u0061":2|}',
    '[{"a":1,"a":2|}]',
  ],
  ...['{"x":{"a":1,"a":2|}}', '{"é":1,"\\u00e9":2|}', '{"\\n":1,"\\u000a":2|}', '{"/":1,"\\/":2|}', '{"a":{},"a":[]|}'],
  ...['{"\\ud83d\\ude00":1,"😀":2|}', '{"a\\u0000":1,"a\\u0000":2|}', '{"a":{"b":1},"b":2,"a":3|}'],
  `{${Array.from({ length: 13 }, (_, i) => `"k${i}":0`).join(',')},"k7":1|}`,
  `{${Array.from({ length: 2000 }, (_, i) => `"k${i}":0`).join(',')},"k1999":1|}`,
  `{${Array.from({ length: 2000 }, (_, i) => `"k${i}":0`).join(',')},"k0":1|}`,
]);

const tooDeep = bad('nesting', [
  `${'['.repeat(128)}|[${']'.repeat(129)}`,
  `${'{"a":'.repeat(128)}|{${'}'.repeat(129)}`,
  `${'['.repeat(128)}|${'['.repeat(100_000)}`,
  `${'[{"a":'.repeat(64)}|[${'}]'.repeat(64)}`,
  `${'['.repeat(128)}|[`,
]);

/** One character each: wrong first bytes, cut off, overlong, surrogates, too large, wrong continuation. */
// biome-ignore format: rows are easier to read than columns
const utf8 = badBytes('utf-8', [
  ...[0x80, 0x81, 0xbf, 0xc0, 0xc1, 0xf5, 0xf8, 0xfc, 0xfe, 0xff].map((byte) => [byte]),
  ...[0x80, 0xbf, 0xc0, 0xc1, 0xf5, 0xfe, 0xff].map((byte) => [byte, 0x80]),
  ...[[0xc2], [0xdf], [0xe0], [0xe2, 0x82], [0xef, 0xbf], [0xf0], [0xf0, 0x9f], [0xf0, 0x9f, 0x98], [0xf4, 0x8f, 0xbf]],
  ...[
    [0xc0, 0x80], [0xc0, 0xaf], [0xc1, 0xbf], [0xe0, 0x80, 0x80], [0xe0, 0x80, 0xaf], [0xe0, 0x9f, 0xbf],
  ],
  ...[
    [0xf0, 0x80, 0x80, 0x80], [0xf0, 0x80, 0x80, 0xaf], [0xf0, 0x8f, 0xbf, 0xbf], [0xf8, 0x88, 0x80, 0x80, 0x80],
  ],
  ...[
    [0xed, 0xa0, 0x80], [0xed, 0xad, 0xbf], [0xed, 0xae, 0x80], [0xed, 0xbf, 0xbf],
    [0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80],
  ],
  ...[
    [0xf4, 0x90, 0x80, 0x80], [0xf4, 0xbf, 0xbf, 0xbf], [0xf7, 0xbf, 0xbf, 0xbf], [0xf5, 0x80, 0x80, 0x80],
  ],
  ...[
    [0xc2, 0x20], [0xc2, 0xc2], [0xe2, 0x28, 0xa1], [0xe2, 0x82, 0x28], [0xf0, 0x28, 0x8c, 0xbc],
    [0xf0, 0x9f, 0x28, 0xbc],
  ],
  ...[[0xf0, 0x9f, 0x98, 0x28], [0xc3, 0x22], [0xe2, 0x82, 0x22], [0xff, 0xfe, 0x31, 0x00], [0xe9]],
]);

/** Whole bodies that are no text at all, or text of another encoding. */
const foreign: Body[] = [
  { name: 'BOM', bytes: Uint8Array.from([0xef, 0xbb, 0xbf, 0x31]), refusedAt: 0 },
  { name: 'UTF-16 BOM', bytes: Uint8Array.from([0xff, 0xfe, 0x31, 0x00]), refusedAt: 0 },
  { name: 'UTF-16 without BOM', bytes: Uint8Array.from([0x31, 0x00]), refusedAt: 1 },
  { name: 'UTF-32', bytes: Uint8Array.from([0x00, 0x00, 0x00, 0x31]), refusedAt: 0 },
  { name: 'one NUL', bytes: Uint8Array.from([0x00]), refusedAt: 0 },
  { name: 'a bad byte between values', bytes: Uint8Array.from([0x5b, 0xff, 0x5d]), refusedAt: 1 },
  { name: 'a bad byte after the value', bytes: Uint8Array.from([0x31, 0xff]), refusedAt: 1 },
  { name: 'a NUL after the value', bytes: Uint8Array.from([0x7b, 0x7d, 0x00]), refusedAt: 2 },
  { name: 'a bad byte in a key', bytes: Uint8Array.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), refusedAt: 2 },
];

export const BODIES: readonly Body[] = [
  ...[scalars, numbers, strings, objects, deep].flat(),
  ...[structure, words, numberErrors, stringErrors, duplicates, tooDeep, utf8, foreign].flat(),
];
