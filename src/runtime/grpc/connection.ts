import grpc from '@grpc/grpc-js';
import { certificateOf, type OneRunCertificate } from './certificates.js';
import type { PluginAddress } from './handshake.js';

/** What both sides trust where there is TLS: the host's own certificate and the one that the plugin named. */
export interface Trust {
  readonly host: OneRunCertificate;
  /** Base64 of DER, with or without padding. */
  readonly plugin: string;
}

/** How a call ended: a status, and where it came from. */
export interface Status {
  readonly code: number;
  readonly details: string;
  /** `google.rpc.Status` as the plugin sent it, where it sent one. */
  readonly rich?: Uint8Array;
}

/** One call as the wire has it: messages in both directions, and one status. */
export type RawStream = grpc.ClientDuplexStream<Uint8Array, Uint8Array>;

export const OK = 0;
export const CANCELLED = 1;
export const UNIMPLEMENTED = 12;
export const INTERNAL = 13;
export const UNAVAILABLE = 14;

/** Bytes that either side may send before the other has read them. */
const WINDOW = 4 * 2 ** 20;

/** A connection to a gRPC server of the plugin. Messages are bytes: what they mean is not known here. */
export class Connection {
  private readonly client: grpc.Client;
  private readonly streams = new Set<RawStream>();

  constructor(
    readonly address: PluginAddress,
    trust: Trust | undefined,
  ) {
    const target = address.network === 'unix' ? `unix:${address.address}` : address.address;
    this.client = new grpc.Client(target, credentialsOf(trust), {
      'grpc.max_receive_message_length': -1,
      'grpc.max_send_message_length': -1,
      // Certificates name localhost, whatever the address is.
      'grpc.ssl_target_name_override': 'localhost',
      'grpc.default_authority': 'localhost',
      'grpc.enable_http_proxy': 0,
      'grpc.enable_retries': 0,
      'grpc.service_config_disable_resolution': 1,
      'grpc.use_local_subchannel_pool': 1,
      'grpc-node.flow_control_window': WINDOW,
    });
  }

  /** Opens a call of any shape: `package.Service/Method`. The caller has to listen to `status` and `error`. */
  open(method: string): RawStream {
    // grpc-js copies with a method that plain bytes do not have.
    const same = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const stream = this.client.makeBidiStreamRequest(`/${method}`, same, same);
    this.streams.add(stream);
    stream.once('status', () => this.streams.delete(stream));
    return stream;
  }

  /** Whether the transport below is up, as far as has been seen. */
  get alive(): boolean {
    return this.client.getChannel().getConnectivityState(false) === grpc.connectivityState.READY;
  }

  /** Takes no more calls; those that are open go on. */
  close(): void {
    this.client.close();
  }

  /** Ends the calls that are open as well: what serves them stays, and would hold this process. */
  abandon(): void {
    for (const stream of this.streams) stream.cancel();
    this.close();
  }
}

/** Calls back once with how a call ended. */
export function onStatus(stream: RawStream, done: (status: Status) => void): void {
  // A status other than 0 is an error too; it says the same.
  stream.on('error', () => undefined);
  stream.once('status', ({ code, details, metadata }: grpc.StatusObject) => {
    const [rich] = metadata.get('grpc-status-details-bin');
    done({ code, details, ...(Buffer.isBuffer(rich) ? { rich } : {}) });
  });
}

/** The name of a status, as its own enumeration has it: `NOT_FOUND`. */
export function statusName(code: number): string {
  return grpc.status[code] ?? `CODE_${code}`;
}

function credentialsOf(trust: Trust | undefined): grpc.ChannelCredentials {
  if (trust === undefined) return grpc.credentials.createInsecure();
  const { key, certificate } = trust.host;
  return grpc.credentials.createSsl(
    Buffer.from(certificateOf(trust.plugin)),
    Buffer.from(key),
    Buffer.from(certificate),
  );
}
