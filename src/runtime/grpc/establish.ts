import type { Ending, Session, SessionOptions } from '../../model/session.js';
import { SessionFailure } from '../failure.js';
import type { StartRefusal } from '../process/refused-start.js';
import type { Tracer } from '../process/tracer.js';
import type { Carrier } from './carrier.js';
import type { OneRunCertificate } from './certificates.js';
import { CANCELLED, Connection, OK, type Status, statusName, type Trust, UNAVAILABLE } from './connection.js';
import type { Handshake } from './handshake.js';
import { decode, HEALTH_REQUEST, METHODS } from './messages.js';
import { type CallLog, OwnCall } from './own-call.js';
import { readStdio } from './plugin-stdio.js';
import { GrpcSession } from './session.js';

/** What it takes to get from a handshake to a session. */
export interface Greeted {
  readonly options: SessionOptions;
  readonly carrier: Carrier;
  readonly handshake: Handshake;
  readonly tracer: Tracer;
  readonly certificate?: OneRunCertificate;
  /** Milliseconds from the end of the shutdown call to the kill. */
  readonly stopLimit: number;
  refuse(refusal: StartRefusal): Promise<Ending>;
  /** Tells what the host waits for. */
  awaits(what: string): void;
  /** The plugin takes calls. */
  up(): void;
}

/** Names of `HealthCheckResponse.status`. */
const HEALTH = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'];

/** Connects to where the plugin listens and asks for its health. Rejects with a `SessionFailure`. */
export async function establish(greeted: Greeted): Promise<Session> {
  try {
    return await greet(greeted);
  } catch (error) {
    // Nobody is left who would end the process.
    if (!(error instanceof SessionFailure)) greeted.carrier.fault(`The plugin could not be greeted: ${error}`);
    throw error;
  }
}

async function greet(greeted: Greeted): Promise<Session> {
  const { options, carrier, handshake, tracer, certificate, stopLimit } = greeted;
  greeted.awaits('an answer to the first call of the health service');
  const trust: Trust | undefined =
    certificate === undefined || handshake.certificate === undefined
      ? undefined
      : { host: certificate, plugin: handshake.certificate };
  const connection = new Connection(handshake, trust);
  let lastId = 0;
  const log: CallLog = { tracer, nextId: () => ++lastId };
  // From the first moment: a plugin that prints blocks where nobody reads.
  const stdio = readStdio(connection, log, (stream, bytes) => options.output?.(stream, bytes));
  // Whoever watches the process keeps the limit; this one is for processes that nobody watches yet.
  const answered = new OwnCall(connection, log, METHODS.health).ask(HEALTH_REQUEST, 2 * options.deadlines.start);
  const answer = await Promise.race([answered, carrier.ended]);
  if ('kind' in answer) {
    connection.close();
    throw new SessionFailure(answer);
  }
  if ((answer.code === UNAVAILABLE || answer.code === CANCELLED) && !connection.alive) {
    connection.close();
    throw new SessionFailure(await greeted.refuse(unreachable(handshake, trust, answer)));
  }
  greeted.up();
  tracer.life('to-host', 'init', 0);
  return new GrpcSession(
    options,
    {
      carrier,
      connection,
      log,
      handshake,
      stdio,
      health: healthOf(answer),
      stopLimit,
      ...(trust === undefined ? {} : { trust }),
    },
    tracer,
  );
}

function healthOf({ code, body }: Status & { readonly body?: Uint8Array }): string {
  if (code !== OK) return statusName(code);
  try {
    const { status } = decode('HealthCheckResponse', body ?? new Uint8Array());
    return HEALTH[status] ?? `STATUS_${status}`;
  } catch {
    return 'UNREADABLE';
  }
}

function unreachable(handshake: Handshake, trust: Trust | undefined, { details }: Status): StartRefusal {
  const { network, address, certificate } = handshake;
  const evidence = [details.replace(/ Resolution note: ?$/, '')];
  if (trust === undefined && certificate !== undefined) {
    return {
      stage: 'connect',
      message: 'The plugin serves TLS with a certificate of its own, and the host did not ask for that.',
      evidence,
      remedy: 'Serve TLS only where PLUGIN_CLIENT_CERT is set, or set auto_mtls: true if the application asks for it.',
    };
  }
  if (trust !== undefined && /certificate|ssl|tls|handshake|PEM|asn1/i.test(details)) {
    return {
      stage: 'connect',
      message: `No secure connection to the plugin on ${network} ${address} came about.`,
      evidence,
      remedy: 'Serve TLS with the certificate of the sixth field, and accept that of PLUGIN_CLIENT_CERT from clients.',
    };
  }
  return {
    stage: 'connect',
    message: `Nothing answers on ${network} ${address}, where the plugin says that it listens.`,
    evidence,
    remedy: 'Listen before the line of the handshake is printed, and print the address that the server listens on.',
  };
}
