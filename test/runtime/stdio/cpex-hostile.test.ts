import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Session, SessionOptions } from '../../../src/model/session.js';
import { stdioEngine } from '../../../src/runtime/stdio/engine.js';
import { collectTrace, echoServices, failureOf, text } from '../harness.js';

/** A plugin that does in each of its phases what the words say: `init:KIND`, `call:KIND`, `shutdown:KIND`. */
const PLUGIN = `
const { closeSync, writeSync } = require('node:fs');
const words = new Map(process.argv[2].split(',').map((word) => word.split(':')));
const INIT = '{"ok":true,"result":{"abi_version":1}}';
let input = Buffer.alloc(0);
let ended = false;
function response(id, body) {
  const frame = Buffer.alloc(19 + Buffer.byteLength(body));
  frame.writeUInt32LE(frame.length - 4, 0);
  frame[4] = 1;
  frame.writeUInt32LE(id, 5);
  frame.write(body, 19);
  return frame;
}
function put(bytes) {
  let at = 0;
  while (at < bytes.length) at += writeSync(1, bytes, at);
}
const deeds = {
  half(id, body) { put(response(id, body).subarray(0, -3)); },
  head(id, body) { put(response(id, body).subarray(0, 9)); },
  die(id, body) { put(response(id, body).subarray(0, -3)); process.exit(3); },
  dieInHead(id, body) { put(response(id, body).subarray(0, 9)); process.exit(3); },
  huge(id, body) { const frame = response(id, body); frame.writeUInt32LE(0x80000000, 0); put(frame); },
  print(id, body) { put(Buffer.from('a line that somebody printed\\n')); put(response(id, body)); },
  unasked(id, body) { put(Buffer.concat([response(99, body), response(id, body)])); },
  twice(id, body) { put(Buffer.concat([response(id, body), response(id, body)])); },
  dribble(id, body) { for (const byte of response(id, body)) put(Buffer.of(byte)); },
  close() { closeSync(1); },
  signal() { process.kill(process.pid, 'SIGKILL'); },
  leave() { process.exit(0); },
  null(id) { put(response(id, 'null')); },
  text(id) { put(response(id, 'yes')); },
  deaf(id, body) { put(response(id, body)); process.stdin.removeAllListeners('end'); setInterval(() => undefined, 1000); },
  well(id, body) { put(response(id, body)); },
};
function take(id, method, body) {
  const phase = method === 'cpex.init' ? 'init' : method === 'cpex.shutdown' ? 'shutdown' : 'call';
  ended ||= phase === 'shutdown';
  deeds[words.get(phase) ?? 'well'](id, phase === 'init' ? INIT : phase === 'call' ? body : '');
}
process.stdin.on('data', (bytes) => {
  input = Buffer.concat([input, bytes]);
  while (input.length >= 19 && input.length >= 4 + input.readUInt32LE(0)) {
    const length = 4 + input.readUInt32LE(0);
    const body = 19 + input.readUInt16LE(17);
    take(input.readUInt32LE(5), input.toString('utf8', 19, body), input.toString('utf8', body, length));
    input = input.subarray(length);
  }
});
process.stdin.on('end', () => process.exit(ended ? 0 : 1));
`;

const folder = mkdtempSync(path.join(tmpdir(), 'cpex-hostile-'));
const script = path.join(folder, 'plugin.cjs');
writeFileSync(script, PLUGIN);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Generous where the plugin is to answer; short where the test waits for a limit to pass. */
const PATIENT_MS = 30_000;

interface Limits {
  readonly call?: number;
  readonly stop?: number;
}

function start(words: string, limits: Limits = {}, trace?: SessionOptions['trace']): Promise<Session> {
  return stdioEngine({ under: [] }).start({
    artefact: process.execPath,
    target: 'linux-x64',
    process: { transport: 'stdio', wire: 'cpex-frames', abiVersion: 1, args: [script, words] },
    cwd: folder,
    deadlines: { start: PATIENT_MS, call: PATIENT_MS, stop: PATIENT_MS, ...limits },
    services: echoServices,
    ...(trace === undefined ? {} : { trace }),
  });
}

const called = async (session: Session) => text((await session.call('echo', Buffer.from('hello')).end).body);

describe('a plugin that breaks the rules of frames', () => {
  it.each([
    ['prints before it answers', 'init:print', 'what is no frame: its kind would be'],
    ['names a length beyond the limit', 'init:huge', 'its length would be 2147483'],
    ['answers what nobody asked, then well', 'init:unasked', 'it answers request 99, which was not made'],
    ['ends in the middle of a head', 'init:dieInHead', 'it ends before its head does'],
    ['ends in the middle of a frame', 'init:die', 'it is cut off after 54 of 57 bytes'],
    ['answers null', 'init:null', 'did not say which version'],
    ['answers in words', 'init:text', 'did not say which version'],
  ])('is refused when it %s at its start', async (_, words, message) => {
    expect(await failureOf(start(words))).toMatchObject({
      kind: 'refused',
      stage: 'handshake',
      message: expect.stringContaining(message),
    });
  });

  it.each([
    ['prints', 'call:print', 'what is no frame: its kind would be'],
    ['names a length beyond the limit', 'call:huge', 'its length would be 2147483'],
    ['answers what nobody asked, then well', 'call:unasked', 'it answers request 99, which was not made'],
  ])('is refused when it %s in a call', async (_, words, message) => {
    const session = await start(words);
    const refused = { kind: 'refused', message: expect.stringContaining(message) };
    expect(await failureOf(called(session))).toMatchObject(refused);
    expect(await session.ended).toMatchObject(refused);
  });

  it('is refused for a second answer, after the first one counted', async () => {
    const session = await start('call:twice');
    expect(await called(session)).toBe('hello');
    expect(await session.ended).toMatchObject({ kind: 'refused', message: expect.stringContaining('was not made') });
  });

  it.each([
    ['half a frame', 'call:half'],
    ['half a head', 'call:head'],
    ['the end of its output', 'call:close'],
  ])('hangs when %s is all that comes', async (_, words) => {
    const session = await start(words, { call: 300 });
    expect(await failureOf(called(session))).toMatchObject({ kind: 'hang', deadlineMs: 300 });
  });

  it('has its exit code told when it ends in the middle of an answer', async () => {
    const session = await start('call:die');
    expect(await failureOf(called(session))).toMatchObject({ kind: 'exit', code: 3, inFlight: { method: 'echo' } });
  });

  it('has its signal told when it is killed in a call', async () => {
    const session = await start('call:signal');
    expect(await failureOf(called(session))).toMatchObject({ kind: 'crash', signal: 'SIGKILL' });
  });

  it('is understood byte by byte', async () => {
    const session = await start('init:dribble,call:dribble,shutdown:dribble');
    expect(await called(session)).toBe('hello');
    expect(await session.stop()).toEqual({ kind: 'clean' });
  });

  it('did not shut down when it leaves without an answer', async () => {
    const session = await start('shutdown:leave');
    expect(await session.stop()).toMatchObject({ kind: 'exit', code: 0, phase: 'shutdown' });
  });

  it('hangs when it answers and stays, whatever the end of its input says', async () => {
    const session = await start('shutdown:deaf', { stop: 300 });
    expect(await session.stop()).toMatchObject({ kind: 'hang', phase: 'exit' });
  });

  it('is asked to shut down when no call is left, those made at the end of another included', async () => {
    const { records, trace } = collectTrace();
    const session = await start('call:well', {}, trace);
    const again = () => session.call('echo', Buffer.from('again')).end;
    const second = session.call('echo', Buffer.from('first')).end.then(again);
    const stopped = session.stop();
    expect(text((await second).body)).toBe('again');
    expect(await stopped).toEqual({ kind: 'clean' });
    const methods = records.filter(({ direction }) => direction === 'to-plugin').map(({ method }) => method);
    expect(methods).toEqual(['init', 'echo', 'echo', 'shutdown']);
    expect(records.findIndex(({ method }) => method === 'shutdown')).toBeGreaterThan(
      records.findLastIndex(({ method }) => method === 'echo'),
    );
  });
});
