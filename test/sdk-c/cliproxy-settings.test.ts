import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { ask, Player, register, textOf } from './cliproxy-player.js';

const player = new Player();
beforeAll(() => player.build(), 240_000);
afterAll(() => player.bench.remove());

describe('settings', () => {
  const settings = async (yaml: string, keys: readonly string[]) => {
    const asked = keys.map((key) => ask('setting', { Metadata: { key } }));
    const { replies } = await player.play(['init', register(yaml), ...asked, 'shutdown']);
    return replies.slice(1).map(({ result }) => {
      if (result?.StatusCode === 404) return undefined;
      return result?.StatusCode === 200 ? textOf(result.Body) : [textOf(result?.Body), result?.StatusCode];
    });
  };

  it('are read from lines of their own, and nothing is made of anything else', async () => {
    const yaml = `# region: commented
enabled: true
"quoted": "a\\tb" # note
'single': 'it''s: # no note'
region:   eu-west # note
empty: ""
no-value:
url: https://x.example/a#b?c: d
off: false
number: -42
large: 99999999999999999999
list:
  - region
sequence:
- a
map:
  inner: 1
text: |
  region: inside
long: first
  second
folded: "a
  b"
anchor: &a x
flow: [a, b]
none: ~
last: "\\x41"`;
    const expected: Record<string, unknown> = {
      ...{ enabled: ['true', 1], quoted: 'a\tb', single: "it's: # no note", region: 'eu-west', empty: '' },
      ...{ url: 'https://x.example/a#b?c: d', off: ['false', 0], number: ['-42', -42], large: '99999999999999999999' },
      ...{ inner: undefined, 'no-value': undefined, list: undefined, sequence: undefined, map: undefined },
      ...{ text: undefined, long: undefined, folded: undefined, anchor: undefined, flow: undefined, none: undefined },
      ...{ last: undefined, missing: undefined, reg: undefined, 'region ': undefined },
    };
    expect(await settings(yaml, Object.keys(expected))).toEqual(Object.values(expected));
    expect(await settings('', ['a'])).toEqual([undefined]);
    expect(await settings('a: b', ['a'])).toEqual(['b']);
    expect(await settings('a: b\r\nc: d\r\n', ['a', 'c'])).toEqual(['b', 'd']);
  });

  it('are what an independent reader finds', async () => {
    const texts = [
      'x',
      ' padded ',
      'é😀',
      '#a',
      'a # b',
      'a: b',
      "it's",
      '"',
      '\\',
      'a\tb',
      '- a',
      '?',
      '!t',
      '%',
      '@',
      'yes',
    ];
    texts.push('null', '~', '', '1', '0x1', '1.5', 'true', 'a:', ':a', '|', '>', '[', '{}', '`', '&a', '*a', "'q'");
    const entries = texts.map((text, index) => [`k${index}`, text]);
    const yaml = stringify(Object.fromEntries(entries), { lineWidth: 0 });
    const seen = await settings(
      yaml,
      entries.map(([key = '']) => key),
    );
    expect(seen.map((one) => (Array.isArray(one) ? one[0] : one))).toEqual(texts);
  });
});
