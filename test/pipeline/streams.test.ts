import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { History } from '../../src/pipeline/cliproxy/respond-stream.js';
import { missingTools } from '../testing/support/compile.js';
import { Bench, base64, executor, type Line, serving, upstream } from './bench.js';

const missing = missingTools('cc');
const bench = new Bench();
afterEach(() => bench.closeHosts());
afterAll(() => bench.close());

const streaming = (...lines: readonly Line[]) => ({
  acme: { capabilities: executor(), lines: serving('acme', ['m'], ...lines) },
});
const finite = (...pieces: readonly string[]): Line => [
  'executor.execute_stream',
  'result',
  { headers: { 'X-Stream': ['1'] }, chunks: pieces.map((piece) => ({ Payload: base64(piece) })) },
];
const watching = (schema: number, ...lines: readonly Line[]) => ({
  capabilities: { response_stream_interceptor: true },
  schema,
  lines: [
    ['response.intercept_stream_chunk', 'ask', 'host.log {"level":"info","message":"@REQUEST@"}'] as Line,
    ...lines,
  ],
});
const unchanged: Line = ['response.intercept_stream_chunk', 'result', {}];

interface Told {
  ChunkIndex: number;
  Body: string | null;
  HistoryChunks: string[] | null;
  OriginalRequest: string | null;
  RequestBody: string | null;
  ResponseHeaders: Record<string, string[]> | null;
}
const told = (texts: readonly string[]): Told[] =>
  texts.map((text) => JSON.parse(Buffer.from(text, 'base64').toString()) as Told);
const plain = (bytes: string | null | undefined) => (bytes == null ? bytes : Buffer.from(bytes, 'base64').toString());

describe.skipIf(missing !== undefined)(`streams${missing === undefined ? '' : ` (${missing})`}`, () => {
  it('takes finite streams', async () => {
    const host = await bench.start(streaming(finite('one', '', 'two')));
    const { answer, chunks } = await host.ask({ stream: true });
    expect(answer).toMatchObject({ ok: true, status: 200, headers: { 'X-Stream': ['1'] } });
    expect(chunks).toEqual(['one', 'two']);
  });

  it('takes streams of more pieces than the queue holds', async () => {
    const host = await bench.start(
      streaming(
        ['executor.execute_stream', 'emit', '100 piece '],
        ['executor.execute_stream', 'result', { headers: {} }],
      ),
    );
    const { chunks } = await host.ask({ stream: true });
    expect(chunks).toEqual(Array.from({ length: 100 }, (_, at) => `piece ${at}`));
  });

  it('takes them also when the executor looks at its own pieces', async () => {
    const host = await bench.start({
      acme: {
        capabilities: executor('openai', { response_stream_interceptor: true }),
        lines: serving(
          'acme',
          ['m'],
          ['executor.execute_stream', 'emit', '60 p'],
          ['executor.execute_stream', 'result', { headers: {} }],
          ['response.intercept_stream_chunk', 'result', { Body: '@ADD:!@' }],
        ),
      },
    });
    const { chunks } = await host.ask({ stream: true });
    expect(chunks).toEqual(Array.from({ length: 60 }, (_, at) => `p${at}!`));
  });

  it('hands the pieces over that came before an error', async () => {
    const host = await bench.start({
      ...streaming(
        ['executor.execute_stream', 'emitfail', '3 p'],
        ['executor.execute_stream', 'result', { headers: {} }],
      ),
      life: { capabilities: { request_lifecycle_plugin: true }, lines: [['request.complete', 'result', {}]] },
    });
    const { chunks, broken, steps } = await host.ask({ stream: true });
    expect({ chunks, broken }).toEqual({ chunks: ['p0', 'p1', 'p2'], broken: 'broken on purpose' });
    expect(host.said('request.complete', steps)).toEqual(['life: done failed']);
  });

  it('shows headers first, then each piece with its number and those before it', async () => {
    const host = await bench.start({
      ...streaming(finite('a', 'b', 'c')),
      see: watching(3, ['response.intercept_stream_chunk', 'once', { Headers: { 'X-Seen': ['1'] } }], unchanged),
    });
    const { answer, chunks } = await host.ask({ stream: true });
    expect(answer.headers).toEqual({ 'X-Stream': ['1'], 'X-Seen': ['1'] });
    expect(chunks).toEqual(['a', 'b', 'c']);
    const seen = told(host.logged());
    expect(seen.map((one) => [one.ChunkIndex, plain(one.Body), one.HistoryChunks?.map(plain) ?? null])).toEqual([
      [-1, null, null],
      [0, 'a', null],
      [1, 'b', ['a']],
      [2, 'c', ['a', 'b']],
    ]);
    expect(seen.map((one) => [plain(one.OriginalRequest), plain(one.RequestBody)])).toEqual([
      ['{"model":"m"}', '{"model":"m"}'],
      [null, null],
      [null, null],
      [null, null],
    ]);
    expect(seen[1]?.ResponseHeaders).toEqual({ 'X-Stream': ['1'], 'X-Seen': ['1'] });
  });

  it('repeats the request with each piece for plugins of schema 2', async () => {
    const host = await bench.start({ ...streaming(finite('a')), see: watching(2, unchanged) });
    await host.ask({ stream: true });
    expect(told(host.logged()).map((one) => plain(one.RequestBody))).toEqual(['{"model":"m"}', '{"model":"m"}']);
  });

  it.each([
    [4, ['a']],
    [5, null],
  ])('tells plugins of schema %i of earlier pieces as a host does that knows schema 5: %j', async (schema, history) => {
    const plugins = { ...streaming(finite('a', 'b')), see: watching(schema, unchanged) };
    const host = await bench.start(plugins, { host: 'cliproxy@v7.2.151' });
    await host.ask({ stream: true });
    const last = told(host.logged()).at(-1);
    expect([last?.ChunkIndex, last?.HistoryChunks?.map(plain) ?? null]).toEqual([1, history]);
  });

  it('drops a piece at once, and leaves it out of the history', async () => {
    const dropping: Line[] = [
      ['response.intercept_stream_chunk', 'once', {}],
      ['response.intercept_stream_chunk', 'once', {}],
      ['response.intercept_stream_chunk', 'once', { DropChunk: true }],
      unchanged,
    ];
    const host = await bench.start({
      ...streaming(finite('a', 'b', 'c')),
      first: { capabilities: { response_stream_interceptor: true }, priority: 1, lines: dropping },
      second: watching(3, unchanged),
    });
    const { chunks, steps } = await host.ask({ stream: true });
    expect(chunks).toEqual(['a', 'c']);
    expect(told(host.logged()).map((one) => [one.ChunkIndex, one.HistoryChunks?.map(plain) ?? null])).toEqual([
      [-1, null],
      [0, null],
      [2, ['a']],
    ]);
    expect(host.said('response.intercept_stream_chunk', steps)).toContain(
      'first: ended chunk 1: dropped, and nobody after it is asked',
    );
  });

  it('changes pieces one after the other, and skips an interceptor that fails', async () => {
    const changing = (text: string, priority: number) => ({
      capabilities: { response_stream_interceptor: true },
      priority,
      lines: [['response.intercept_stream_chunk', 'result', { Body: `@ADD:${text}@` }]] as Line[],
    });
    const host = await bench.start(
      {
        a: changing('+a', 3),
        b: { ...changing('', 2), lines: [['response.intercept_stream_chunk', 'error', { message: 'no' }]] },
        c: changing('+c', 1),
      },
      { upstreams: [upstream({ chunks: [Buffer.from('x'), Buffer.from('y')] })] },
    );
    const { chunks, steps } = await host.ask({ stream: true });
    expect(chunks).toEqual(['x+a+c', 'y+a+c']);
    expect(host.said('response.intercept_stream_chunk', steps)).toContain(
      'b: warning pluginhost: stream chunk interceptor b failed: no',
    );
  });

  it('translates each piece', async () => {
    const host = await bench.start({
      acme: { capabilities: executor('own'), lines: serving('acme', ['m'], finite('a', 'b')) },
      in: { capabilities: { request_translator: true }, lines: [['request.translate', 'result', { Body: '@BODY@' }]] },
      out: {
        capabilities: { response_translator: true },
        lines: [['response.translate', 'result', { Body: '@ADD:.@' }]],
      },
    });
    expect((await host.ask({ stream: true })).chunks).toEqual(['a.', 'b.']);
  });

  it('ends a stream whose plugin dies', async () => {
    const host = await bench.start({
      acme: {
        capabilities: executor('openai', { response_stream_interceptor: true }),
        lines: serving(
          'acme',
          ['m'],
          ['executor.execute_stream', 'emit', '5 p'],
          ['executor.execute_stream', 'result', { headers: {} }],
          ['response.intercept_stream_chunk', 'once', {}],
          ['response.intercept_stream_chunk', 'crash'],
        ),
      },
    });
    const { broken } = await host.ask({ stream: true });
    expect(host.said('process')).toHaveLength(1);
    // What had come before is handed over; whether the stream had ended by then is a matter of time.
    if (broken !== undefined) expect(broken).toMatch(/crashed with SIGSEGV/);
  });
});

describe('the history that an interceptor sees', () => {
  const count = (history: History) => history.crossing()?.length ?? 0;
  it('has at most 64 pieces and one mebibyte', () => {
    const history = new History();
    expect(history.crossing()).toBeNull();
    history.add(new Uint8Array(0));
    expect(history.crossing()).toBeNull();
    for (let at = 0; at < 70; at++) history.add(Buffer.from([at]));
    expect(count(history)).toBe(64);
    expect(history.crossing()?.[0]).toBe(Buffer.from([6]).toString('base64'));
    history.add(Buffer.alloc(1024 * 1024 - 10));
    expect(count(history)).toBe(11);
    history.add(Buffer.alloc(1024 * 1024 + 1));
    expect(history.crossing()).toBeNull();
  });
});
