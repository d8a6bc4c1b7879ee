import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CpexError, systemCode } from '../../support/errors.js';
import { isOwnHost, readTarget, type Target } from './incoming.js';
import { emptyReply, type Reply, textReply } from './plugin-reply.js';

/** Only programs of this machine reach it. */
const ADDRESS = '127.0.0.1';

const LIMITS = {
  /** Request line and headers, in bytes. */
  maxHeaderSize: 64 * 1024,
  /** Milliseconds for the headers to arrive. */
  headersTimeout: 10_000,
  /** Milliseconds for the whole request to arrive. */
  requestTimeout: 60_000,
  /** Milliseconds that an idle connection stays open. */
  keepAliveTimeout: 5_000,
} as const;

const MAX_CONNECTIONS = 256;

/** Time that requests have to end once the server stops, in milliseconds. */
const DRAIN_MS = 2_000;

/** One request that was answered. */
export interface Served {
  readonly method: string;
  /** As it came, query included. */
  readonly url: string;
  readonly status: number;
  readonly durationMs: number;
}

export interface ServerOptions {
  /** 0 takes any free port. */
  readonly port: number;
  readonly answer: (request: IncomingMessage, target: Target) => Promise<Reply>;
  readonly served: (one: Served) => void;
  /** Takes what nobody expected. */
  readonly failed: (error: unknown) => void;
}

/** A server that runs. */
export interface RunningServer {
  readonly port: number;
  /** `http://127.0.0.1:8317` */
  readonly origin: string;
  /** Takes no more requests, lets those that run end for a moment, then closes every connection. Idempotent. */
  stop(): Promise<void>;
}

/**
 * Starts a server on the loopback interface.
 * @throws CPEX_E_SERVE_PORT when the port cannot be had
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const server = createServer(LIMITS);
  server.maxConnections = MAX_CONNECTIONS;
  let port = options.port;
  server.on('request', (request, response) => {
    const started = performance.now();
    response.once('close', () => {
      const { method = '', url = '' } = request;
      options.served({ method, url, status: response.statusCode, durationMs: performance.now() - started });
    });
    void respond(request, response, port, options);
  });
  // Bytes that are no HTTP, and requests that take too long.
  server.on('clientError', (_error, socket) => {
    if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
    else socket.destroy();
  });
  await listen(server, port);
  port = (server.address() as AddressInfo).port;
  let stopping: Promise<void> | undefined;
  return {
    port,
    origin: `http://${ADDRESS}:${port}`,
    stop: () => {
      stopping ??= stop(server);
      return stopping;
    },
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((done, fail) => {
    server.once('error', (error) => fail(portError(port, error)));
    server.listen({ port, host: ADDRESS, exclusive: true }, () => done());
  });
}

function portError(port: number, error: Error): CpexError {
  const taken = systemCode(error) === 'EADDRINUSE';
  return new CpexError('CPEX_E_SERVE_PORT', `${ADDRESS}:${port} ${taken ? 'is taken' : 'cannot be had'}.`, {
    evidence: [error.message],
    remedy: 'Name another port with --port, or let the system choose: cpex run --serve --port 0',
    cause: error,
  });
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  port: number,
  { answer, failed }: ServerOptions,
): Promise<void> {
  try {
    const target = readTarget(request.url ?? '');
    if (!isOwnHost(request.headers.host, port)) {
      // A name of a stranger that leads here would share our pages with the stranger's scripts.
      send(request, response, textReply(421, `This server answers to 127.0.0.1:${port} and localhost:${port} only.`));
    } else send(request, response, target === undefined ? emptyReply(400) : await answer(request, target));
  } catch (error) {
    // A client that went away in the middle of its body.
    if (request.destroyed && !request.complete) return;
    failed(error);
    if (response.headersSent) response.destroy();
    else send(request, response, textReply(500, 'cpex itself failed; its own output says how.'));
  }
}

function send(request: IncomingMessage, response: ServerResponse, { status, headers, body }: Reply): void {
  response.statusCode = status;
  for (const [name, value] of headers) response.appendHeader(name, value);
  const empty = status === 204 || status === 304;
  if (!empty) response.setHeader('Content-Length', body.length);
  // What is left of a request that was not read to its end cannot be told from the next one.
  if (!request.complete) response.setHeader('Connection', 'close');
  response.end(empty || request.method === 'HEAD' ? undefined : body);
}

async function stop(server: Server): Promise<void> {
  const closed = new Promise<void>((done) => server.close(() => done()));
  server.closeIdleConnections();
  const force = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
  await closed;
  clearTimeout(force);
}
