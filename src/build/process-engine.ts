import type { Engine, Transport } from '../model/session.js';
import type { Runner } from '../runtime/runner-types.js';

/** The engine that starts plugins of a transport as processes, under a runner where the machine itself cannot. */
export async function processEngine(transport: Exclude<Transport, 'native'>, runner: Runner): Promise<Engine> {
  if (transport === 'grpc') {
    const { grpcEngine } = await import('../runtime/grpc/engine.js');
    return grpcEngine({ under: runner.argv });
  }
  const { stdioEngine } = await import('../runtime/stdio/engine.js');
  return stdioEngine({ under: runner.argv });
}
