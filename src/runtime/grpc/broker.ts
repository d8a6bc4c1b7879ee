import type { ServiceReply } from '../../model/session.js';
import { type BrokerServer, serveBrokered } from './broker-server.js';
import { Connection, type Trust } from './connection.js';
import { decode, encode, METHODS } from './messages.js';
import { type CallLog, OwnCall } from './own-call.js';

/** How long a dialled id may take to be announced, in milliseconds; go-plugin's own limit. */
const ANNOUNCED_MS = 5000;

const NO_BROKER = 'The plugin serves no plugin.GRPCBroker, or has ended its stream.';

export interface BrokerOptions {
  readonly connection: Connection;
  readonly log: CallLog;
  readonly trust: Trust | undefined;
  /** Folder for the host's own sockets; a port of this machine's loopback when absent. */
  readonly folder: string | undefined;
  /** Answers what the plugin asks over a connection of the host's. */
  answer(method: string, request: Uint8Array, signal: AbortSignal): Promise<ServiceReply>;
}

/** Further connections between plugin and host, in both directions, each known by a number. */
export class Broker {
  private readonly stream: OwnCall;
  private readonly announced = new Map<number, Connection>();
  private readonly awaited = new Map<number, Set<(found: Connection | string) => void>>();
  private readonly servers: BrokerServer[] = [];
  private nextId = 1;
  private over = false;

  constructor(private readonly options: BrokerOptions) {
    this.stream = new OwnCall(options.connection, options.log, METHODS.broker);
    this.stream.listen(
      (bytes) => this.heard(bytes),
      () => this.end(),
    );
  }

  /** Serves whatever the plugin asks, over a new connection; resolves with its number. */
  async serve(): Promise<number> {
    const id = this.nextId++;
    const { folder, trust, answer } = this.options;
    const server = await serveBrokered({ id, folder, trust, answer });
    this.servers.push(server);
    this.stream.send(encode('ConnInfo', { service_id: id, ...server.listens }));
    return id;
  }

  /** The plugin's connection of this number; waits until it is announced. Resolves with why there is none. */
  dial(id: number): Promise<Connection | string> {
    const known = this.announced.get(id);
    if (known !== undefined) return Promise.resolve(known);
    if (this.over) return Promise.resolve(NO_BROKER);
    return new Promise((resolve) => {
      const waiting = this.awaited.get(id) ?? new Set();
      this.awaited.set(id, waiting);
      const settle = (found: Connection | string) => {
        clearTimeout(timer);
        waiting.delete(settle);
        resolve(found);
      };
      const why = `The plugin did not announce connection ${id} within ${ANNOUNCED_MS} ms.`;
      const timer = setTimeout(() => settle(why), ANNOUNCED_MS);
      waiting.add(settle);
    });
  }

  /** Ends all further connections and removes their sockets. */
  close(): void {
    this.end();
    this.stream.finish();
    for (const server of this.servers) server.close();
    for (const connection of this.announced.values()) connection.close();
  }

  /** Nothing will be announced any more. */
  private end(): void {
    this.over = true;
    for (const waiting of this.awaited.values()) for (const settle of [...waiting]) settle(NO_BROKER);
  }

  private heard(bytes: Uint8Array): void {
    let info: ReturnType<typeof decode<'ConnInfo'>>;
    try {
      info = decode('ConnInfo', bytes);
    } catch {
      return;
    }
    const { service_id: id, network, address } = info;
    if ((network !== 'unix' && network !== 'tcp') || this.announced.has(id)) return;
    const connection = new Connection({ network, address }, this.options.trust);
    this.announced.set(id, connection);
    for (const settle of [...(this.awaited.get(id) ?? [])]) settle(connection);
  }
}
