import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { Readable } from 'node:stream';
import type { ReadableStream as WebStream } from 'node:stream/web';
import type { Fetcher } from '../../../src/install/net/download.js';

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

export interface HttpsServer {
  /** `https://localhost:PORT` */
  readonly base: string;
  /** Certificate that vouches for it. */
  readonly authority: string;
  /** Path → what is answered; everything else is 404. */
  readonly routes: Map<string, Handler | Buffer | string>;
  /** Paths that were asked for, in order. */
  readonly asked: string[];
  /** As `fetch`, but trusting this server. */
  readonly fetcher: Fetcher;
  close(): Promise<void>;
}

export function hasOpenssl(): boolean {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** A server on the loopback interface with a certificate of its own. */
export async function httpsServer(folder: string): Promise<HttpsServer> {
  const authority = path.join(folder, 'certificate.pem');
  const key = path.join(folder, 'key.pem');
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'].concat([
      '-subj',
      '/CN=localhost',
      '-addext',
      'subjectAltName=DNS:localhost',
      '-keyout',
      key,
      '-out',
      authority,
    ]),
    { stdio: 'ignore' },
  );
  const ca = readFileSync(authority);
  const routes: HttpsServer['routes'] = new Map();
  const asked: string[] = [];
  const server = createServer({ key: readFileSync(key), cert: ca }, (incoming, response) => {
    const place = incoming.url ?? '';
    asked.push(place);
    const answer = routes.get(place);
    if (typeof answer === 'function') answer(incoming, response);
    else if (answer === undefined) response.writeHead(404).end('not here');
    else response.end(answer);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    base: `https://localhost:${port}`,
    authority,
    routes,
    asked,
    fetcher: trusting(ca),
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

/** `fetch` takes certificates from the environment at start only. */
function trusting(ca: Buffer): Fetcher {
  return (url, { headers, signal }) =>
    new Promise((done, fail) => {
      const sent = request(url, { headers, signal, ca, agent: false }, (incoming) => {
        const body = Readable.toWeb(incoming) as WebStream<Uint8Array>;
        done(
          new Response(body as unknown as ReadableStream<Uint8Array>, {
            status: incoming.statusCode ?? 0,
            headers: plainHeaders(incoming),
          }),
        );
      });
      sent.once('error', fail);
      sent.end();
    });
}

function plainHeaders({ headers }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}
