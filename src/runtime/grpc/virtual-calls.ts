import type { Broker } from './broker.js';
import { UNIMPLEMENTED } from './connection.js';
import type { Established } from './established.js';
import { listServices, ReflectionFailure, reflect } from './reflection.js';

/** What these calls know of their session. */
export interface VirtualSide {
  readonly established: Established;
  readonly broker: Broker;
}

type VirtualCall = (session: VirtualSide, request: Uint8Array) => Promise<Uint8Array>;

/** Calls that the transport answers itself. */
const CALLS: Readonly<Record<string, VirtualCall>> = {
  /** What the plugin said in its handshake, and which of go-plugin's services it has. */
  'plugin.handshake': async (session) => json(await facts(session)),
  /** Services and files by reflection: `services`, and `files` in base64; `reflection` is false where there is none. */
  'plugin.reflection': async ({ established }) => {
    try {
      const { services, files } = await reflect(established.connection, established.log);
      return json({ reflection: true, services, files: files.map((file) => Buffer.from(file).toString('base64')) });
    } catch (error) {
      if (!(error instanceof ReflectionFailure)) throw error;
      return json({ reflection: false, problem: error.message, services: [], files: [] });
    }
  },
  /** Opens a connection over which the plugin may ask the host's services; its number is `id`. */
  'broker.serve': async ({ broker }) => json({ id: await broker.serve() }),
};

/** The answer to a call that never reaches the plugin; undefined for all others. */
export function virtualCall(method: string): VirtualCall | undefined {
  return Object.hasOwn(CALLS, method) ? CALLS[method] : undefined;
}

async function facts({ established }: VirtualSide) {
  const { handshake, trust, health, stdio, connection, log, carrier } = established;
  const { core, version, network, address } = handshake;
  const said = {
    core,
    version,
    network,
    address,
    protocol: 'grpc',
    tls: trust !== undefined,
    health,
    folder: carrier.folder,
  };
  try {
    const services = await listServices(connection, log);
    const has = (name: string) => services.includes(name);
    // Asked after reflection, whose answer came after that of the stream.
    return {
      ...said,
      controller: has('plugin.GRPCController'),
      stdio: stdio.served,
      broker: has('plugin.GRPCBroker'),
      reflection: true,
      services,
    };
  } catch (error) {
    if (!(error instanceof ReflectionFailure)) throw error;
    const problem = error.status.code === UNIMPLEMENTED ? {} : { problem: error.message };
    return { ...said, stdio: stdio.served, reflection: false, ...problem };
  }
}

function json(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}
