import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';

/** Letters of each token. */
const TOKEN = 32;
/** How long a connection may take to prove itself, in milliseconds. */
const PROOF_MS = 5000;
/** Strangers that may be in the middle of failing to prove themselves. */
const MOST_STRANGERS = 16;

/** A channel for a probe that cannot be given a descriptor: one connection on 127.0.0.1. */
export interface Loopback {
  /** For the variable that tells the probe where to connect and how to prove itself. */
  readonly address: string;
  /** Resolves with the one connection that knew the token and was told ours; never rejects. */
  readonly connected: Promise<Socket>;
  /** Stops listening. What is connected stays so. */
  close(): void;
}

/** Listens on a free port of 127.0.0.1. Rejects with the system's error. */
export async function listenOnLoopback(): Promise<Loopback> {
  const theirs = randomBytes(TOKEN / 2).toString('hex');
  const ours = randomBytes(TOKEN / 2).toString('hex');
  const server = createServer();
  server.maxConnections = MOST_STRANGERS;
  const connected = new Promise<Socket>((resolve) => {
    server.on('connection', (socket) => {
      void proves(socket, theirs).then((proven) => {
        if (!proven || !server.listening) {
          socket.destroy();
          return;
        }
        server.close();
        socket.write(ours);
        resolve(socket);
      });
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port: 0, exclusive: true }, resolve);
  });
  return { address: `tcp:${portOf(server)}:${theirs}:${ours}`, connected, close: () => server.close() };
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Reads exactly one token. Whoever says more, or less in time, is not our probe: it waits for an answer. */
function proves(socket: Socket, token: string): Promise<boolean> {
  socket.setNoDelay(true);
  return new Promise((resolve) => {
    let said = Buffer.alloc(0);
    const done = (proven: boolean) => {
      clearTimeout(limit);
      socket.off('data', read).off('close', fail).off('error', fail);
      resolve(proven);
    };
    const fail = () => done(false);
    const read = (bytes: Buffer) => {
      said = Buffer.concat([said, bytes]);
      if (said.length < TOKEN) return;
      socket.pause();
      done(said.length === TOKEN && timingSafeEqual(said, Buffer.from(token)));
    };
    const limit = setTimeout(fail, PROOF_MS);
    socket.on('error', () => undefined);
    socket.on('data', read).once('close', fail).once('error', fail);
  });
}
