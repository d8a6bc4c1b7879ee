import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { endingError } from '../../../src/runtime/failure.js';
import { CpexError } from '../../../src/support/errors.js';
import { Bench, behave, type EngineKit, failureOf, runs } from '../harness.js';

/** How sessions end, whatever engine they run in. */
export function endingSuite(kit: EngineKit): void {
  const bench = new Bench(kit);
  let plugin = '';

  beforeAll(() => {
    plugin = bench.compile('behaviour');
  });
  afterEach(() => vi.waitUntil(() => bench.leftovers().length === 0, 30_000));
  afterAll(() => bench.remove());

  const QUICK = { start: 4000, call: 1500, stop: 1500 };

  describe('a plugin that cannot be loaded', () => {
    test('a missing file', async () => {
      const file = path.join(bench.folder, 'missing.so');
      const ending = await failureOf(bench.start(file));
      const stage = kit.program === true ? 'spawn' : 'load';
      expect(ending).toMatchObject({ kind: 'refused', stage });
      const { message, evidence } = endingError(ending);
      expect([message, ...evidence].join('\n')).toContain(kit.program === true ? 'not there' : file);
      expect(endingError(ending)).toMatchObject({ code: 'CPEX_E_PLUGIN_REFUSED', exit: 4 });
    });

    const library = kit.program ? ' (needs a plugin that is a library)' : '';
    test.skipIf(kit.program)(`a file that is no library${library}`, async () => {
      const ending = await failureOf(bench.start(path.join(import.meta.dirname, 'endings.ts')));
      expect(ending).toMatchObject({
        kind: 'refused',
        stage: 'load',
        message: expect.stringContaining('not a shared library'),
      });
    });

    test.skipIf(kit.program)(`an entry that is not there${library}`, async () => {
      const native = { entry: 'other_init', abiVersion: 1 };
      const ending = await failureOf(bench.start(plugin, { native }));
      expect(ending).toMatchObject({ kind: 'refused', stage: 'entry', message: expect.stringContaining('other_init') });
    });

    test('an entry that returns a code', async () => {
      const ending = await failureOf(bench.start(plugin, { env: behave('', { CPEX_TEST_INIT_CODE: '9' }) }));
      expect(ending).toMatchObject({ kind: 'refused', stage: 'init', code: 9 });
    });

    test('another ABI version', async () => {
      const ending = await failureOf(bench.start(plugin, { env: behave('', { CPEX_TEST_VERSION: '2' }) }));
      expect(ending).toMatchObject({ kind: 'refused', stage: 'version', code: 2 });
    });

    test('a table with a hole', async () => {
      const ending = await failureOf(bench.start(plugin, { env: behave('', { CPEX_TEST_NO_SHUTDOWN: '1' }) }));
      expect(ending).toMatchObject({ kind: 'refused', stage: 'table', message: expect.stringContaining('shutdown') });
    });

    test('a working folder that is not there is not the plugin’s fault', async () => {
      const start = bench.start(plugin, { cwd: path.join(bench.folder, 'nowhere') });
      await expect(start).rejects.toBeInstanceOf(CpexError);
      await expect(start).rejects.toMatchObject({ code: 'CPEX_E_CHILD_START' });
    });
  });

  /** What the plugin does → what the ending says. */
  const DEATHS = {
    segv: { kind: 'crash', signal: 'SIGSEGV' },
    abort: { kind: 'crash', signal: 'SIGABRT' },
    exit0: { kind: 'exit', code: 0 },
    exit3: { kind: 'exit', code: 3 },
    _exit4: { kind: 'exit', code: 4 },
  } as const;

  describe.each(Object.entries(DEATHS))('%s', (deed, expected) => {
    test.each(['load', 'init'] as const)('in %s', async (phase) => {
      const ending = await failureOf(bench.start(plugin, { env: behave(`${phase}:stderr,${phase}:${deed}`) }));
      if (kit.program === true) {
        // Nobody can tell a plugin that dies before it takes calls from a program that is none.
        expect(ending).toMatchObject({ kind: 'refused', stage: 'handshake' });
        expect(endingError(ending).evidence).toContain('last words');
        return;
      }
      const words = kit.tracing ? expect.stringContaining('last words\n') : 'last words\n';
      expect(ending).toMatchObject({ ...expected, phase, stderrTail: words });
    });

    test('in a call through the pool', async () => {
      const session = await bench.start(plugin);
      const before = session.call('echo', Buffer.from('ok'));
      const call = session.call(deed, Buffer.alloc(0));
      const after = session.call('echo', Buffer.alloc(0));
      const ending = await session.ended;
      expect(ending).toMatchObject({ ...expected, phase: 'call', inFlight: { callId: call.id, method: deed } });
      expect((await before.end).code).toBe(0);
      expect(await failureOf(call.end)).toBe(ending);
      expect(await failureOf(after.end)).toBe(ending);
      expect(await session.stop()).toBe(ending);
    });

    test('in a call on the worker', async () => {
      const session = await bench.start(plugin);
      await session.loop('echo', Buffer.alloc(1), 10);
      const call = session.call(deed, Buffer.alloc(0));
      expect(await session.ended).toMatchObject({
        ...expected,
        phase: 'call',
        inFlight: { callId: call.id, method: deed },
      });
    });

    test('in a concurrent call', async () => {
      const session = await bench.start(plugin);
      const call = session.call(deed, Buffer.alloc(0), { concurrent: true });
      expect(await session.ended).toMatchObject({
        ...expected,
        phase: 'call',
        inFlight: { callId: call.id, method: deed },
      });
    });

    test('in shutdown', async () => {
      const session = await bench.start(plugin, { env: behave(`shutdown:${deed}`) });
      expect(await session.stop()).toMatchObject({ ...expected, phase: 'shutdown' });
    });
  });

  const without = kit.tracing ? ' (needs a host that runs destructors, which one in Go does not)' : '';
  test.skipIf(kit.tracing)(`a crash in a destructor is told apart from one in shutdown${without}`, async () => {
    const session = await bench.start(plugin, { env: behave('unload:segv') });
    expect(await session.stop()).toMatchObject({ kind: 'crash', signal: 'SIGSEGV', phase: 'exit' });
  });

  describe('a plugin that hangs', () => {
    test.each(['load', 'init'] as const)('in %s', async (phase) => {
      const ending = await failureOf(bench.start(plugin, { env: behave(`${phase}:hang`), deadlines: QUICK }));
      // A program that has not answered yet has been asked to initialise the plugin.
      const seen = kit.program === true ? 'init' : phase;
      expect(ending).toMatchObject({ kind: 'hang', phase: seen, deadlineMs: QUICK.start });
      expect(endingError(ending).evidence.join('\n')).toMatch(/thread \d+ /);
    });

    test.each([false, true])('in a call (concurrent: %s)', async (concurrent) => {
      const session = await bench.start(plugin);
      const call = session.call('hang', Buffer.alloc(0), { concurrent, deadline: 300 });
      expect(await failureOf(call.end)).toMatchObject({
        kind: 'hang',
        phase: 'call',
        deadlineMs: 300,
        inFlight: { callId: call.id, method: 'hang' },
      });
    });

    test('a call that waits for its turn is not to blame', async () => {
      const session = await bench.start(plugin);
      // Twelve times 200 ms are more than the limit of one, which has room for a busy machine.
      const calls = Array.from({ length: 12 }, () => session.call('meet', Buffer.alloc(0), { deadline: 2000 }).end);
      expect((await Promise.all(calls)).map((end) => end.code)).toEqual(calls.map(() => 0));
      expect(await session.stop()).toEqual({ kind: 'clean' });
    });

    test('in shutdown, spinning', async () => {
      const session = await bench.start(plugin, {
        env: behave('shutdown:spin'),
        deadlines: { ...QUICK, start: 20_000 },
      });
      expect(await session.stop()).toMatchObject({ kind: 'hang', phase: 'shutdown', deadlineMs: QUICK.stop });
    });
  });

  test.each([false, true])('a stack that overflows (on the worker: %s)', async (worker) => {
    const session = await bench.start(plugin);
    if (worker) await session.loop('echo', Buffer.alloc(1), 1);
    session.call('overflow', Buffer.alloc(0));
    expect(await session.ended).toMatchObject({ kind: 'crash', signal: 'SIGSEGV', inFlight: { method: 'overflow' } });
  });

  test('a plugin that closes all low descriptors ends the process at worst', async () => {
    const session = await bench.start(plugin);
    await session.call('close', Buffer.alloc(0)).end.catch(() => undefined);
    expect(['clean', 'crash', 'exit']).toContain((await session.stop()).kind);
  });

  test.each(['fork', 'daemon'])('what the plugin starts (%s) is named and gone afterwards', async (deed) => {
    const session = await bench.start(plugin);
    await session.call(deed, Buffer.alloc(0)).end;
    const pid = bench.pidFrom('grandchild.pid');
    expect(runs(pid)).toBe(true);
    expect(await session.stop()).toEqual({ kind: 'clean', leftovers: [expect.stringContaining('sleep 1000')] });
    await vi.waitUntil(() => !runs(pid), 30_000);
  });

  test('requests during init and shutdown are answered, those after shutdown are refused and reported', async () => {
    const asked: string[] = [];
    const session = await bench.start(plugin, {
      env: behave('init:callback,shutdown:callback,shutdown:late'),
      services: {
        answer: async (method, body) => {
          asked.push(method);
          return { code: 0, body };
        },
      },
      lingerMs: 1000,
    });
    expect(await session.stop()).toEqual({ kind: 'clean', lateRequests: ['host.late'] });
    expect(asked).toEqual(['host.early', 'host.early']);
  });

  test('a thread of the plugin may ask between calls', async () => {
    let heard: (asked: string) => void = () => undefined;
    const asked = new Promise<string>((resolve) => {
      heard = resolve;
    });
    const session = await bench.start(plugin, {
      services: {
        answer: async (method, body, context) => {
          heard(`${method} ${context.callId}`);
          return { code: 0, body };
        },
      },
    });
    await session.call('late', Buffer.alloc(0)).end;
    expect(await asked).toBe('host.late 0');
    expect(await session.stop()).toEqual({ kind: 'clean' });
  });

  test('a service that throws is a fault of the host, never of the plugin', async () => {
    const session = await bench.start(plugin, { services: { answer: () => Promise.reject(new Error('our mistake')) } });
    session.call('ask', Buffer.alloc(0));
    const ending = await session.ended;
    expect(ending).toMatchObject({ kind: 'harness-fault', message: expect.stringContaining('our mistake') });
    expect(endingError(ending)).toMatchObject({ code: 'CPEX_E_HOST_FAULT', exit: 70 });
  });
}
