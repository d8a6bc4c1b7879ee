import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Engine, NativeRules, Session, SessionOptions } from '../../src/model/session.js';
import { groupMembers } from '../../src/support/process-group.js';
import { compilePortable, FOREIGN, foreignEngine, lacking } from './foreign.js';
import { collectTrace, echoServices, failureOf, text } from './harness.js';

// A test may wait for one deadline of PATIENT and more.
vi.setConfig({ testTimeout: 240_000 });

const folder = mkdtempSync(path.join(tmpdir(), 'cpex-foreign-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const RULES: NativeRules = { entry: 'cpex_plugin_init', abiVersion: 1 };
/** Generous: wine on a busy machine takes seconds for what takes 30 ms else. */
const PATIENT = { start: 60_000, call: 60_000, stop: 60_000 };

for (const target of FOREIGN) {
  const reason = await lacking(target);
  describe.skipIf(reason !== undefined)(`a plugin for ${target}${reason === undefined ? '' : ` (${reason})`}`, () => {
    let engine: Engine;
    let plugin = '';
    const started: number[] = [];

    beforeAll(async () => {
      plugin = compilePortable(target, folder);
      engine = await foreignEngine(target);
    });
    afterAll(() => vi.waitUntil(() => started.flatMap((pid) => groupMembers(pid)).length === 0, 60_000));

    const start = async (options: Partial<SessionOptions> = {}): Promise<Session> => {
      const session = await engine.start({
        artefact: plugin,
        target,
        native: RULES,
        cwd: folder,
        deadlines: PATIENT,
        services: echoServices,
        ...options,
      });
      started.push(session.pid);
      return session;
    };
    const behaving = (words: Record<string, string>) => ({
      env: { ...process.env, ...words } as Record<string, string>,
    });

    test.each([0, 100, 70_000, 5 << 20])('a body of %i bytes comes back as it was', async (size) => {
      const session = await start();
      const body = randomBytes(size);
      const end = await session.call('echo', body).end;
      expect(end).toMatchObject({ code: 0, slot: { nullPointer: false, length: size } });
      expect(body.equals(end.body)).toBe(true);
      expect(await session.stop()).toEqual({ kind: 'clean' });
    });

    test('calls in order, in a loop and beside each other', async () => {
      const session = await start();
      const bodies = Array.from({ length: 200 }, (_, index) => Buffer.alloc(index * 100, index));
      const ends = await Promise.all(
        bodies.map((body, index) => session.call('echo', body, { concurrent: index % 2 === 1 }).end),
      );
      for (const [index, end] of ends.entries()) expect(bodies[index]?.equals(end.body)).toBe(true);
      expect(await session.loop('echo', Buffer.alloc(64), 1000, { mode: 'copied' })).toMatchObject({ count: 1000 });
      expect(await session.call('nothing', Buffer.alloc(0)).end).toMatchObject({
        code: 7,
        slot: { nullPointer: true },
      });
      expect(await session.stop()).toEqual({ kind: 'clean' });
    });

    test('requests are answered, with calls of the plugin in between', async () => {
      const { records, trace } = collectTrace();
      const session = await start({
        ...behaving({ CPEX_TEST: 'init:callback' }),
        trace,
        services: {
          answer: async (_method, request, context) => {
            const depth = Number(text(request));
            const nested = depth > 0 ? await context.call?.('ask', Buffer.from(String(depth - 1))) : undefined;
            return { code: 0, body: Buffer.from(`${text(request)} ${nested === undefined ? '' : text(nested.body)}`) };
          },
        },
      });
      expect(text((await session.call('ask', Buffer.from('3')).end).body).trim()).toBe('3 2 1 0');
      expect(await session.stop()).toEqual({ kind: 'clean' });
      expect(records.filter(({ method }) => method === 'host.early')).toHaveLength(2);
    });

    test.each([
      ['segv', { kind: 'crash', signal: 'SIGSEGV' }],
      ['abort', { kind: 'crash', signal: 'SIGABRT' }],
      ['exit0', { kind: 'exit', code: 0 }],
      ['exit3', { kind: 'exit', code: 3 }],
    ] as const)('%s in a call, in init and in shutdown', async (deed, expected) => {
      const session = await start();
      const call = session.call(deed, Buffer.alloc(0));
      expect(await failureOf(call.end)).toMatchObject({ ...expected, phase: 'call', inFlight: { callId: call.id } });
      const init = start(behaving({ CPEX_TEST: `init:${deed}` }));
      expect(await failureOf(init)).toMatchObject({ ...expected, phase: 'init' });
      const leaving = await start(behaving({ CPEX_TEST: `shutdown:${deed}` }));
      expect(await leaving.stop()).toMatchObject({ ...expected, phase: 'shutdown' });
    });

    test.each(['hang', 'spin'])('a call that does not return (%s)', async (deed) => {
      const session = await start();
      const call = session.call(deed, Buffer.alloc(0), { deadline: 300 });
      expect(await failureOf(call.end)).toMatchObject({ kind: 'hang', deadlineMs: 300, inFlight: { method: deed } });
    });

    test('what it prints is captured, and never mixed with the protocol', async () => {
      const printed = { stdout: '', stderr: '' };
      const session = await start({
        output: (stream, bytes) => {
          printed[stream] += Buffer.from(bytes).toString();
        },
      });
      await session.call('noise', Buffer.alloc(0)).end;
      expect(text((await session.call('echo', Buffer.from('alive')).end).body)).toBe('alive');
      expect(await session.stop()).toEqual({ kind: 'clean' });
      expect(printed.stdout.trim()).toBe('out of turn');
      expect(printed.stderr.trim()).toBe('last words');
    });

    test('refusals, by the step that failed', async () => {
      const missing = start({ artefact: path.join(folder, 'missing') });
      expect(await failureOf(missing)).toMatchObject({
        kind: 'refused',
        stage: 'load',
        message: expect.stringContaining('is missing'),
      });
      const noEntry = start({ native: { ...RULES, entry: 'other_init', messages: { entry: 'no {entry} here' } } });
      expect(await failureOf(noEntry)).toMatchObject({ stage: 'entry', message: 'no other_init here' });
      const refusing = start(behaving({ CPEX_TEST_INIT_CODE: '9' }));
      expect(await failureOf(refusing)).toMatchObject({ stage: 'init', code: 9 });
      const older = start(behaving({ CPEX_TEST_VERSION: '2' }));
      expect(await failureOf(older)).toMatchObject({ stage: 'version', code: 2 });
      const holed = behaving({ CPEX_TEST_NO_SHUTDOWN: '1' });
      expect(await failureOf(start(holed))).toMatchObject({
        stage: 'table',
        message: expect.stringContaining('shutdown'),
      });
      const tolerated = await start({ ...holed, native: { ...RULES, optionalShutdown: true } });
      expect(await tolerated.stop()).toEqual({ kind: 'clean' });
    });
  });
}
