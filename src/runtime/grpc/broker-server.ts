import { once } from 'node:events';
import http2 from 'node:http2';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { ServiceReply } from '../../model/session.js';
import { certificateOf } from './certificates.js';
import { type Trust, UNIMPLEMENTED } from './connection.js';
import type { PluginAddress } from './handshake.js';

/** A server of the host for one brokered connection. */
export interface BrokerServer {
  readonly listens: PluginAddress;
  close(): void;
}

export interface BrokerServerOptions {
  readonly id: number;
  readonly folder: string | undefined;
  readonly trust: Trust | undefined;
  answer(method: string, request: Uint8Array, signal: AbortSignal): Promise<ServiceReply>;
}

/** Bytes before a message: one that says whether it is compressed, and its length. */
const PREFIX = 5;

/**
 * Serves gRPC to the plugin for whatever methods it calls: the library's own server wants to know them beforehand. Calls
 * with one message are answered by `answer`; others are told that they are not implemented.
 */
export async function serveBrokered({ id, folder, trust, answer }: BrokerServerOptions): Promise<BrokerServer> {
  const server =
    trust === undefined
      ? http2.createServer()
      : http2.createSecureServer({
          key: trust.host.key,
          cert: trust.host.certificate,
          ca: [certificateOf(trust.plugin)],
          requestCert: true,
          rejectUnauthorized: true,
          minVersion: 'TLSv1.2',
        });
  const sessions = new Set<http2.ServerHttp2Session>();
  server.on('session', (session) => {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
    session.on('error', () => undefined);
  });
  server.on('stream', (stream: http2.ServerHttp2Stream, headers: http2.IncomingHttpHeaders) => {
    // A plugin may go away in the middle of anything.
    stream.on('error', () => undefined);
    void serveCall(stream, String(headers[':path'] ?? ''), answer);
  });
  const socket = folder === undefined || process.platform === 'win32' ? undefined : path.join(folder, `host-${id}`);
  if (socket === undefined) server.listen(0, '127.0.0.1');
  else server.listen(socket);
  await once(server, 'listening');
  const listens: PluginAddress =
    socket === undefined
      ? { network: 'tcp', address: `127.0.0.1:${(server.address() as AddressInfo).port}` }
      : { network: 'unix', address: socket };
  return {
    listens,
    close: () => {
      for (const session of sessions) session.destroy();
      server.close();
    },
  };
}

async function serveCall(
  stream: http2.ServerHttp2Stream,
  called: string,
  answer: BrokerServerOptions['answer'],
): Promise<void> {
  const gone = new AbortController();
  stream.once('close', () => gone.abort());
  let reply: ServiceReply;
  try {
    const chunks: Buffer[] = [];
    for await (const bytes of stream) chunks.push(bytes as Buffer);
    const messages = messagesIn(Buffer.concat(chunks));
    const [only] = messages ?? [];
    reply =
      only === undefined || messages?.length !== 1
        ? refusal('The host answers calls with one plain message.')
        : await answer(called.replace(/^\//, ''), only, gone.signal);
  } catch {
    // The plugin has gone away, and there is nobody to answer.
    return;
  }
  if (stream.destroyed) return;
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  const { code } = reply;
  const message = code === 0 ? {} : { 'grpc-message': inHeader(messageOf(reply.body)) };
  stream.once('wantTrailers', () => stream.sendTrailers({ 'grpc-status': String(code), ...message }));
  if (code === 0) stream.end(withPrefix(reply.body));
  else stream.end();
}

/** The messages of a request; undefined where one is compressed or cut off. */
function messagesIn(bytes: Buffer): Buffer[] | undefined {
  const found: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    if (bytes.length - at < PREFIX || bytes[at] !== 0) return undefined;
    const end = at + PREFIX + bytes.readUInt32BE(at + 1);
    if (end > bytes.length) return undefined;
    found.push(bytes.subarray(at + PREFIX, end));
    at = end;
  }
  return found;
}

function withPrefix(body: Uint8Array): Buffer {
  const prefix = Buffer.alloc(PREFIX);
  prefix.writeUInt32BE(body.length, 1);
  return Buffer.concat([prefix, body]);
}

function refusal(message: string): ServiceReply {
  return {
    code: UNIMPLEMENTED,
    body: Buffer.from(JSON.stringify({ code: UNIMPLEMENTED, name: 'UNIMPLEMENTED', message })),
  };
}

/** Bytes alone can be encoded: half a character in a message of JSON is none. */
function inHeader(message: string): string {
  return encodeURIComponent(Buffer.from(message).toString());
}

/** The message of a failure, which services write as they read those of the plugin. */
function messageOf(body: Uint8Array): string {
  const text = Buffer.from(body).toString();
  try {
    const { message } = JSON.parse(text) as { message?: unknown };
    return typeof message === 'string' ? message : text;
  } catch {
    return text;
  }
}
