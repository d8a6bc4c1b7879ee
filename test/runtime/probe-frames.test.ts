import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Duplex } from 'node:stream';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hostTarget } from '../../src/project/targets/host.js';
import { compileProbe } from '../../src/runtime/probe/compile.js';
import { probeEngine } from '../../src/runtime/probe/engine.js';
import { listenOnLoopback } from '../../src/runtime/probe/loopback.js';
import { Flag, HEADER, Kind, MAX_METHOD, writeHeader } from '../../src/runtime/wire/frame.js';
import { Bench, ownProbe, text, toolchain } from './harness.js';

const folder = mkdtempSync(path.join(tmpdir(), 'cpex-frames-'));
const bench = new Bench();
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  bench.remove();
});

/** What cpex sends to a probe, and the flags that may come with each. */
const SENT: Readonly<Record<number, number>> = {
  [Kind.Call]: Flag.Concurrent | Flag.Nested,
  [Kind.Loop]: Flag.Copied,
  [Kind.Stop]: 0,
  [Kind.Answer]: 0,
  [Kind.Start]: 0,
  [Kind.Perform]: 0,
  [Kind.Stacks]: 0,
};

const frame = fc
  .record({
    kind: fc.constantFrom(...Object.keys(SENT).map(Number)),
    flags: fc.nat(31),
    id: fc.nat(),
    code: fc.integer(),
    a: fc.nat(),
    method: fc.string({ maxLength: 30, unit: 'binary-ascii' }),
    body: fc.uint8Array({ maxLength: 400 }),
  })
  .map(({ kind, flags, method, body, ...rest }) => {
    const plain = method.replaceAll('\0', '-');
    const buffer = Buffer.alloc(HEADER + plain.length + 1 + body.length);
    const header = { kind: kind as never, flags: flags & (SENT[kind] ?? 0), ...rest };
    buffer.set(body, writeHeader(buffer, 0, header, plain, plain.length, body.length));
    return buffer;
  });

/** Bytes changed, cut out and put in, mostly in the headers, where it hurts. */
const damage = fc.array(
  fc.record({ at: fc.nat(), to: fc.nat(255), cut: fc.nat(3), kind: fc.constantFrom('set', 'head', 'cut', 'grow') }),
  { maxLength: 4 },
);

const streams = fc.tuple(fc.array(frame, { minLength: 1, maxLength: 5 }), damage).map(([frames, changes]) => {
  let bytes = Buffer.concat(frames);
  for (const { at, to, cut, kind } of changes) {
    if (bytes.length === 0) break;
    const place = kind === 'head' ? at % Math.min(bytes.length, HEADER) : at % bytes.length;
    if (kind === 'set' || kind === 'head') bytes[place] = to;
    else if (kind === 'cut') bytes = Buffer.concat([bytes.subarray(0, place), bytes.subarray(place + cut)]);
    else bytes = Buffer.concat([bytes.subarray(0, place), Buffer.alloc(cut, to), bytes.subarray(place)]);
  }
  return bytes;
});

/** What a reader has to make of a stream, written down a second time. */
function expected(bytes: Buffer): string {
  let [frames, total, at] = [0, 0, 0];
  const verdict = (how: string) => `${frames} ${how} ${total}`;
  for (;;) {
    if (bytes.length - at < HEADER) return verdict('end');
    const length = bytes.readUInt32LE(at);
    const [kind = 0, flags = 0] = bytes.subarray(at + 4);
    const method = bytes.readUInt16LE(at + 6);
    const numbers = [bytes.readDoubleLE(at + 16), bytes.readDoubleLE(at + 24)];
    const allowed = SENT[kind];
    if (allowed === undefined || (flags & ~allowed) !== 0) return verdict('fault');
    if (method === 0 || method > length || method > MAX_METHOD + 1) return verdict('fault');
    if (length - method > 2 ** 31) return verdict('fault');
    if (!numbers.every((number) => number >= 0 && number <= 2 ** 53)) return verdict('fault');
    if (bytes.length - at - HEADER < length) return verdict('end');
    const name = bytes.subarray(at + HEADER, at + HEADER + method);
    if (name.indexOf(0) !== method - 1) return verdict('fault');
    const body = bytes.subarray(at + HEADER + method, at + HEADER + length);
    frames++;
    total += method - 1 + body.reduce((sum, byte) => sum + byte, 0);
    at += HEADER + length;
  }
}

const compiler = ['clang-19', 'clang', 'gcc'].find((name) => toolchain(name, '--version') !== undefined);
test.skipIf(compiler === undefined)(
  `5000 damaged streams are read within bounds, as they should be (${compiler ?? 'skipped: neither clang nor gcc is installed'})`,
  { timeout: 300_000 },
  () => {
    const reader = path.join(folder, 'read-frames');
    const native = path.join(import.meta.dirname, '../../native/probe');
    const sources = [path.join(import.meta.dirname, 'probe/read-frames.c')];
    for (const name of ['frame.c', 'memory.c']) sources.push(path.join(native, name));
    const flags = ['-std=c11', '-O1', '-g', '-Wall', '-Wextra', '-Werror', '-fsanitize=address,undefined'];
    const args = [...flags, '-fno-sanitize-recover=all', `-I${native}`, '-o', reader, ...sources];
    execFileSync(compiler ?? '', args, { stdio: 'inherit' });
    const inputs = fc.sample(streams, { numRuns: 5000, seed: 20_260 });
    const file = path.join(folder, 'streams');
    writeFileSync(
      file,
      Buffer.concat(
        inputs.flatMap((bytes) => {
          const length = Buffer.alloc(4);
          length.writeUInt32LE(bytes.length);
          return [length, bytes];
        }),
      ),
    );
    // A frame that is given up in the middle is not freed: the process ends then.
    const env = { ...process.env, ASAN_OPTIONS: 'detect_leaks=0:allocator_may_return_null=1' };
    const output = execFileSync(reader, [file], { env, encoding: 'utf8', maxBuffer: 1 << 24 });
    const verdicts = output.trim().split('\n');
    expect(verdicts).toEqual(inputs.map(expected));
    // Else the generator would prove nothing.
    expect(verdicts.filter((one) => one.includes('fault')).length).toBeGreaterThan(500);
    expect(verdicts.filter((one) => one.includes('end')).length).toBeGreaterThan(500);
  },
);

/** Ways of building the probe that watch it while it works. */
const SANITIZERS = ['address,undefined', 'thread'];

describe.skipIf(compiler === undefined)(`a session watched by ${compiler ?? 'nobody (skipped: no compiler)'}`, () => {
  test.each(SANITIZERS)('%s', async (sanitizer) => {
    const watching = [compiler ?? '', '-g', '-DCPEX_NO_LEDGER', `-fsanitize=${sanitizer}`];
    const file = await compileProbe({
      target: hostTarget(),
      compiler: { source: 'native', tool: { name: 'cc', version: '1', path: '' }, argv: watching },
      cache: folder,
      env: process.env,
    });
    let printed = '';
    const session = await probeEngine(async () => ({ argv: [], file, env: {}, windows: false })).start({
      artefact: bench.compile('behaviour'),
      target: hostTarget().name,
      native: { entry: 'cpex_plugin_init', abiVersion: 1 },
      cwd: folder,
      deadlines: { start: 60_000, call: 60_000, stop: 60_000 },
      services: {
        answer: async (method, request, { call }) => {
          const depth = Number(text(request));
          if (method !== 'host.echo' || depth === 0) return { code: 0, body: request };
          return { code: 0, body: (await call?.('ask', Buffer.from(String(depth - 1))))?.body ?? request };
        },
      },
      lingerMs: 200,
      output: (_stream, bytes) => {
        printed += Buffer.from(bytes).toString();
      },
    });
    const bodies = Array.from({ length: 200 }, (_, index) => Buffer.alloc(index * 400, index));
    const calls = bodies.map((body, index) => session.call('echo', body, { concurrent: index % 3 > 0 }).end);
    for (const [index, end] of (await Promise.all(calls)).entries()) expect(bodies[index]?.equals(end.body)).toBe(true);
    expect(text((await session.call('threads', Buffer.from('40')).end).body)).toBe('0');
    expect(text((await session.call('ask', Buffer.from('7')).end).body)).toBe('0');
    await session.loop('echo', Buffer.alloc(100), 500, { mode: 'copied' });
    await session.call('late', Buffer.alloc(0)).end;
    const ending = await session.stop();
    expect({ ending, printed }).toEqual({ ending: { kind: 'clean', lateRequests: ['host.late'] }, printed: '' });
  });
});

describe('the probe on its own', () => {
  let probe = '';
  beforeAll(async () => {
    probe = (await ownProbe(folder)).file;
  });

  const started = async (channel: string | undefined, write?: (stream: Duplex) => void) => {
    const child = spawn(probe, [], {
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
      env: channel === undefined ? {} : { CPEX_PROBE_CHANNEL: channel },
    });
    let said = '';
    child.stderr?.on('data', (bytes: Buffer) => {
      said += bytes.toString();
    });
    const stream = child.stdio[3] as Duplex;
    stream.on('error', () => undefined);
    write?.(stream);
    const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
    return { code, signal, said };
  };
  const framed = (kind: number, body = '') => {
    const bytes = Buffer.alloc(HEADER + 1 + body.length);
    bytes.write(body, writeHeader(bytes, 0, { kind: kind as never }, '', 0, body.length));
    return bytes;
  };

  test('says what it is for, and does nothing without a channel', async () => {
    expect(await started(undefined)).toMatchObject({ code: 70, said: expect.stringContaining('started by cpex') });
    for (const channel of ['fd:77', 'tcp:', 'tcp:99999:x:y', 'pipe:1', 'x'.repeat(500)]) {
      expect(await started(channel)).toMatchObject({ code: 70, said: expect.stringContaining('cpex probe: ') });
    }
  });

  test('ends with a fault on frames that make no sense', async () => {
    const cases: [Buffer, string][] = [
      [Buffer.alloc(HEADER, 0xff), 'does not know'],
      [framed(Kind.Stop), 'settings have to come first'],
      [framed(Kind.Start, 'entry\0x\0'), 'settings are missing'],
      [framed(Kind.Start, 'entry\0x'), 'settings are missing'],
      [framed(Kind.Start), 'settings are missing'],
      [framed(Kind.Ready), 'does not know'],
    ];
    for (const [bytes, words] of cases) {
      const { code, said } = await started('fd:3', (stream) => stream.write(bytes));
      expect({ code, said }).toEqual({ code: 70, said: expect.stringContaining(words) });
    }
  });

  test('ends when its channel does, also in the middle of a frame', async () => {
    expect(await started('fd:3', (stream) => stream.end())).toMatchObject({ code: 70 });
    expect(await started('fd:3', (stream) => stream.end(Buffer.alloc(7)))).toMatchObject({ code: 70 });
  });

  test('leaves a connection that does not know the second token', async () => {
    const server = createServer((socket) => socket.end('0'.repeat(32)).on('error', () => undefined));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const ended = await started(`tcp:${port}:${'a'.repeat(32)}:${'b'.repeat(32)}`);
    expect(ended).toMatchObject({ code: 70, said: expect.stringContaining('somebody else answered') });
    server.close();
    const gone = await started(`tcp:${port}:${'a'.repeat(32)}:${'b'.repeat(32)}`);
    expect(gone).toMatchObject({ code: 70, said: expect.stringContaining('does not listen') });
  });
});

describe('the loopback channel', () => {
  const reach = async (port: number, said: string): Promise<Socket> => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    socket.write(said);
    return socket;
  };

  test('turns away strangers, and takes the one that knows the token once', async () => {
    const channel = await listenOnLoopback();
    const [, port = '', theirs = '', ours = ''] = channel.address.split(':');
    for (const wrong of ['x'.repeat(32), `${theirs}!`, ours]) {
      const stranger = await reach(Number(port), wrong);
      await once(stranger, 'close');
      expect(stranger.bytesRead).toBe(0);
    }
    const probe = await reach(Number(port), theirs);
    const [answer] = (await once(probe, 'data')) as [Buffer];
    expect(answer.toString()).toBe(ours);
    const mine = await channel.connected;
    await expect(reach(Number(port), theirs)).rejects.toThrow('ECONNREFUSED');
    mine.destroy();
    await once(probe, 'close');
    channel.close();
  });
});
