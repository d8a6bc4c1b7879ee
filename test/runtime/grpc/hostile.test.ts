import { once } from 'node:events';
import http2 from 'node:http2';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Session } from '../../../src/model/session.js';
import { fixturePlugin, named, refusalOf, removeFolders, startFixture } from './fixture.js';

let server: Server | http2.Http2Server | undefined;
let session: Session | undefined;

beforeAll(() => {
  fixturePlugin();
}, 300_000);
afterEach(async () => {
  session?.kill();
  await session?.ended;
  session = undefined;
  server?.close();
});
afterAll(removeFolders);

/** Starts a process that says it listens where this server does. */
async function started(listening: NonNullable<typeof server>) {
  server = listening;
  listening.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  return startFixture(`line=1|1|tcp|127.0.0.1:${(listening.address() as AddressInfo).port}|grpc`);
}

/** Answers every call with these bytes and a status of success. */
function answering(bytes: Buffer): http2.Http2Server {
  const answers = http2.createServer();
  answers.on('stream', (stream: http2.ServerHttp2Stream) => {
    stream.on('error', () => undefined).resume();
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.once('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    stream.end(bytes);
  });
  return answers;
}

function framed(body: Buffer): Buffer {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(body.length, 1);
  return Buffer.concat([prefix, body]);
}

test.each([
  ['HTTP of another age', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
  ['noise', '\u0000\u00ff'.repeat(1000)],
  ['nothing, and hangs up', ''],
])('a server that answers with %s is no plugin', async (_, said) => {
  const refused = await refusalOf(
    started(createServer((socket) => socket.on('error', () => undefined).end(Buffer.from(said, 'latin1')))),
  );
  expect(refused.stage).toBe('connect');
  expect(refused.message).toMatch(/^Nothing answers on tcp 127\.0\.0\.1:\d+/);
});

test('messages that cannot be read harm nobody: each of them is told of where it belongs', async () => {
  ({ session } = await started(answering(framed(Buffer.from('ffffffffffffff', 'hex')))));
  const { body } = await session.call('plugin.handshake', Buffer.of()).end;
  const said = JSON.parse(Buffer.from(body).toString()) as Record<string, unknown>;
  expect(said).toMatchObject({ health: 'UNREADABLE', reflection: false });
  expect(said.problem).toContain('cannot be read');
  const reflected = await session.call('plugin.reflection', Buffer.of()).end;
  expect(JSON.parse(Buffer.from(reflected.body).toString())).toMatchObject({ reflection: false, services: [] });
  // What a body holds is for others to read.
  const end = await session.call(named('Echo'), Buffer.of()).end;
  expect([end.code, Buffer.from(end.body).toString('hex')]).toEqual([0, 'ffffffffffffff']);
});

test('a message that is cut off or promises more than comes is a failed call', async () => {
  ({ session } = await started(answering(Buffer.from('00ffffffff0102', 'hex'))));
  const end = await session.call(named('Echo'), Buffer.of()).end;
  expect(end.code).toBe(13);
});
