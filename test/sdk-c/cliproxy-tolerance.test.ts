import { afterAll, describe, expect, it } from 'vitest';
import { identify, PLUGIN } from './cliproxy-player.js';
import { addressSanitizer, outcomeOf, Workbench } from './toolbox.js';

const bench = new Workbench('cliproxy');
afterAll(() => bench.remove());

/** What the tolerant reader makes of some bodies: their JSON, or undefined where it refuses. */
async function read(bodies: readonly Uint8Array[]): Promise<(string | undefined)[]> {
  const program = await bench.compile('json_filter.c', {
    flags: [...(await addressSanitizer(bench)), '-DTOLERANT=true'],
  });
  const frames = bodies.flatMap((body) => {
    const head = Buffer.alloc(4);
    head.writeUInt32LE(body.length);
    return [head, body];
  });
  const { stdout, stderr } = await outcomeOf(program, [], { input: Buffer.concat(frames) });
  expect(stderr).toBe('');
  const lines = stdout.trimEnd().split('\n');
  return lines.map((line) => (line.startsWith('ok ') ? Buffer.from(line.slice(3), 'hex').toString() : undefined));
}

/** Numbers from 0 on that look random and are the same every time. */
function* numbers(seed: number): Generator<number, never> {
  let state = seed;
  for (;;) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield state >>> 8;
  }
}

describe('the tolerant reader', () => {
  it('keeps the last of equal keys, in objects of any size, as JSON.parse does', async () => {
    const next = numbers(1);
    const bodies = Array.from({ length: 200 }, (_, index) => {
      const members = Array.from({ length: index % 40 }, (_, place) => `"k${next.next().value % 20}":[${place}]`);
      return `{"outer":{${members.join(',')}},"outer2":{"":1,"":2}}`;
    });
    const seen = await read(bodies.map((body) => Buffer.from(body)));
    expect(seen.map((text) => JSON.parse(text ?? 'null'))).toEqual(bodies.map((body) => JSON.parse(body)));
    for (const text of seen) expect(text?.match(/"k\d+"/g)?.length ?? 0).toBe(new Set(text?.match(/"k\d+"/g)).size);
  }, 120_000);

  it('replaces what is no character, and nothing else', async () => {
    const next = numbers(2);
    const pieces = [
      'a',
      'é',
      '😀',
      '\\ud83d\\ude00',
      '\\ud83d',
      '\\ude00',
      '\\u0041',
      '\\n',
      '\\ud83dx',
      '\\ud83d\\u0041',
    ];
    const bodies = Array.from({ length: 300 }, () => {
      const count = next.next().value % 12;
      return `"${Array.from({ length: count }, () => pieces[next.next().value % pieces.length]).join('')}"`;
    });
    const seen = await read(bodies.map((body) => Buffer.from(body)));
    expect(seen.map((text) => JSON.parse(text ?? 'null'))).toEqual(
      bodies.map((body) => Buffer.from(JSON.parse(body)).toString()),
    );
  }, 120_000);

  it('replaces each byte that belongs to no character', async () => {
    const inner = [
      [0xff],
      [0xc3],
      [0xe2, 0x82],
      [0xf0, 0x9f, 0x98],
      [0xed, 0xa0, 0x80],
      [0x80, 0x80, 0x80],
      [0xc0, 0xaf],
    ];
    const bodies = inner.map((bytes) => Buffer.from([0x22, 0x61, ...bytes, 0x62, 0xc3, 0xa9, 0x22]));
    const seen = await read(bodies);
    expect(seen).toEqual(inner.map((bytes) => `"a${'\ufffd'.repeat(bytes.length)}bé"`));
  }, 120_000);

  it('refuses everything else that is not JSON', async () => {
    const bodies = [
      '',
      '{',
      '{"a":1,}',
      '[1 2]',
      "{'a':1}",
      '"\\x"',
      '"\\ud83d\\u00"',
      '01',
      '{"a":1}{}',
      '\ufeff{}',
      '"\n"',
    ];
    expect(await read(bodies.map((body) => Buffer.from(body)))).toEqual(bodies.map(() => undefined));
  }, 120_000);
});

describe('without memory', () => {
  it('no failed allocation crashes, leaks or makes a false reply', async () => {
    identify(bench);
    const wraps = ['malloc', 'calloc', 'realloc', 'free'].map((name) => `-Wl,--wrap=${name}`);
    const flags = [...(await addressSanitizer(bench)), ...wraps, '-DCLIPROXY'];
    const program = await bench.compile('oom.c', { part: 'all', flags, extra: [PLUGIN] });
    const { code, stdout, stderr } = await outcomeOf(program, []);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^rounds \d+\n$/);
    expect(Number(stdout.slice(7))).toBeGreaterThan(50);
    expect(code).toBe(0);
  }, 240_000);
});
