// Run as a program of its own by transports.test.ts: starts a session over one transport, makes calls, and waits to be
// killed.
import type { SessionOptions } from '../../../src/model/session.js';
import { grpcEngine } from '../../../src/runtime/grpc/engine.js';
import { nativeEngine } from '../../../src/runtime/native/engine.js';
import { stdioEngine } from '../../../src/runtime/stdio/engine.js';

/** What the test asks for, as JSON on the command line. */
export interface DriverWish {
  readonly transport: 'native' | 'grpc' | 'stdio';
  readonly childEntry: string;
  readonly options: Omit<SessionOptions, 'services' | 'deadlines'>;
  /** Calls that return, then one that does not; method and body in base64. */
  readonly calls: readonly (readonly [method: string, body: string])[];
}

const wish = JSON.parse(process.argv[2] ?? '') as DriverWish;

const engines = {
  native: () => nativeEngine({ childEntry: wish.childEntry }),
  grpc: () => grpcEngine({ under: [] }),
  stdio: () => stdioEngine({ under: [] }),
};

async function main(): Promise<void> {
  process.stdout.write('starting\n');
  const session = await engines[wish.transport]().start({
    ...wish.options,
    deadlines: { start: 60_000, call: 60_000, stop: 60_000 },
    services: { answer: () => new Promise(() => undefined) },
  });
  process.stdout.write('up\n');
  for (const [index, [method, body]] of wish.calls.entries()) {
    const call = session.call(method, Buffer.from(body, 'base64'));
    if (index === wish.calls.length - 1) process.stdout.write('calling\n');
    await call.end;
  }
}

void main();
