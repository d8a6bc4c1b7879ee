import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Registered } from '../../../src/host-process/reference-host.js';
import { SessionFailure } from '../../../src/runtime/failure.js';
import { missingTools } from '../../testing/support/compile.js';
import { Bench, type Opened } from './bench.js';

const missing = missingTools('cc');

describe.skipIf(missing !== undefined)(`streams of an executor${missing ? ` (${missing})` : ''}`, () => {
  const bench = new Bench();
  let library = '';
  beforeAll(() => {
    library = bench.compile('streams');
  });
  afterAll(() => bench.remove());

  async function start(deadlines = {}): Promise<Opened & { registered: Registered }> {
    const opened = await bench.start(library, { deadlines });
    return { ...opened, registered: await opened.plugin.register({}) };
  }

  const pieces = (count: number) => Array.from({ length: count }, (_, at) => `piece ${at}`);

  async function stream(opened: Opened, model: string) {
    const invocation = await opened.plugin.invoke('executor.execute_stream', { Model: model, Stream: true });
    const chunks = invocation.stream?.chunks.map((chunk) => Buffer.from(chunk).toString());
    return { ...invocation, chunks, error: invocation.stream?.error };
  }

  it('are finite when the call returns chunks; a chunk without bytes is one', async () => {
    const opened = await start();
    expect(await stream(opened, 'finite')).toMatchObject({
      chunks: ['a', '', 'b'],
      error: undefined,
      envelope: { result: { headers: { 'X-A': ['1'] } } },
    });
    expect(opened.noticed()).toEqual([]);
  });

  it('arrive in order when they are emitted after the call, however many', async () => {
    const opened = await start();
    expect(await stream(opened, 'async')).toMatchObject({ chunks: pieces(40), error: undefined });
    expect(opened.noticed()).toEqual([]);
  });

  it('hold sixteen chunks before the call returns', async () => {
    const opened = await start();
    expect(await stream(opened, 'sixteen')).toMatchObject({ chunks: pieces(16), error: undefined });
    expect(opened.noticed()).toEqual([]);
  });

  it.each(['seventeen', 'twenty'])('name the deadlock of a call that emits %s', { timeout: 120_000 }, async (model) => {
    const opened = await start();
    await stream(opened, model);
    expect(opened.events).toContainEqual({
      kind: 'finding',
      finding: expect.objectContaining({
        id: 'stream.deadlock',
        severity: 'fail',
        message:
          'executor.execute_stream waits for its own emit: the host keeps 16 chunks and reads none of them before the call has returned.',
      }),
    });
  });

  it('are no deadlock when another thread emits while the call asks its host', { timeout: 120_000 }, async () => {
    const opened = await start();
    expect(await stream(opened, 'foreign')).toMatchObject({ chunks: pieces(40), error: undefined });
    expect(opened.noticed()).toEqual([]);
    expect(opened.events.filter(({ kind }) => kind === 'log')).toHaveLength(4);
  });

  it('deliver what is queued, and then the error that closed them', async () => {
    expect(await stream(await start(), 'error')).toMatchObject({ chunks: pieces(2), error: 'upstream broke' });
  });

  it('take no chunk after their end', async () => {
    const opened = await start();
    expect(await stream(opened, 'late')).toMatchObject({ chunks: pieces(2) });
    await expect
      .poll(() => opened.events.filter(({ kind }) => kind === 'log'), { timeout: 30_000 })
      .toEqual([
        {
          kind: 'log',
          level: 'info',
          message: '{"ok":false,"error":{"code":"host_call_failed","message":"stream 1 is not open"}}',
        },
      ]);
  });

  it('that emit and return chunks lose what they emitted', async () => {
    const opened = await start();
    expect(await stream(opened, 'mixed')).toMatchObject({ chunks: ['a'] });
    expect(opened.noticed()).toEqual(['stream.mixed']);
  });

  it('that are never closed are named, not waited for', async () => {
    const opened = await start({ call: 1_000 });
    const { chunks, error } = await stream(opened, 'open');
    expect(chunks).toEqual(pieces(2));
    expect(error).toBe(
      'The stream of executor.execute_stream was never closed: after 2 chunks nothing came for 1000 ms.',
    );
    expect(opened.noticed()).toEqual(['stream.open']);
  });

  it('end with the process that was to emit them', async () => {
    const opened = await start();
    const failure = await stream(opened, 'crash').catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(SessionFailure);
    expect((failure as SessionFailure).ending).toMatchObject({ kind: 'crash', signal: 'SIGABRT' });
  });

  it('that the call refuses do not come to be', async () => {
    const { envelope, stream: none } = await stream(await start(), 'refused');
    expect(none).toBeUndefined();
    expect(envelope).toMatchObject({ ok: false, error: { code: 'executor_error', message: 'no quota' } });
  });

  it('with a text for a Go error cannot be read', async () => {
    const { envelope, stream: none } = await stream(await start(), 'err-text');
    expect(none).toBeUndefined();
    expect(envelope.error?.message).toBe(
      'decode plugin result executor.execute_stream: json: cannot unmarshal string into Go struct field ExecutorStreamChunk.chunks.Err of type error',
    );
  });

  it('are handed on piece by piece, and hold the plugin up meanwhile', async () => {
    const opened = await start();
    const seen: number[] = [];
    await opened.plugin.invoke(
      'executor.execute_stream',
      { Model: 'async' },
      {
        onPiece: async () => {
          await Promise.resolve();
          seen.push(opened.events.filter((one) => one.kind === 'call' && one.method === 'host.stream.emit').length);
        },
      },
    );
    expect(seen).toHaveLength(40);
    // Never more than the queue's slots ahead, and the one that is in hand.
    for (const [at, emitted] of seen.entries()) expect(emitted - at).toBeLessThanOrEqual(18);
  });

  it('do not hold up other calls of the plugin, nor what those ask the host', { timeout: 120_000 }, async () => {
    const opened = await start();
    let counted = 0;
    const { stream: streamed } = await opened.plugin.invoke(
      'executor.execute_stream',
      { Model: 'async' },
      {
        onPiece: async () => {
          if (counted++ > 2) return;
          const { envelope } = await opened.plugin.invoke('executor.count_tokens', {});
          expect(envelope).toMatchObject({ ok: true, result: { Payload: 'MQ==' } });
        },
      },
    );
    expect(streamed?.chunks).toHaveLength(40);
    expect(opened.events.filter(({ kind }) => kind === 'log')).toHaveLength(3);
    expect(opened.noticed()).toEqual([]);
  });
});
