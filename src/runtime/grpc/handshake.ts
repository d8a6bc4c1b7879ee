import type { GrpcRules } from '../../model/process.js';
import type { StartRefusal } from '../process/refused-start.js';
import type { FirstLine } from './first-line.js';

/** Where a plugin can be reached. */
export interface PluginAddress {
  readonly network: 'unix' | 'tcp';
  readonly address: string;
}

/** What a plugin said in the line that it printed first. */
export interface Handshake extends PluginAddress {
  readonly core: number;
  readonly version: number;
  /** Leaf certificate of the plugin's server in base64 without padding; absent where there is none. */
  readonly certificate?: string;
}

/** Hosts take a certificate only from a field that is longer than this. */
const SHORTEST_CERTIFICATE = 50;
/** Characters of the line that a message quotes. */
const QUOTED = 300;

const NOISE_REMEDY =
  'Print nothing to stdout before the line of the handshake: logs, banners and warnings belong to stderr.';

/**
 * Reads the line `CORE|APP|NETWORK|ADDRESS|PROTOCOL|CERTIFICATE|MULTIPLEXED`; the last two fields may be missing.
 * @returns what it says, or why the host does not go on
 */
export function readHandshake(line: string, rules: GrpcRules): Handshake | StartRefusal {
  const fields = line.trim().split('|');
  const refuse = (message: string, remedy: string, stage: StartRefusal['stage'] = 'handshake'): StartRefusal => ({
    stage,
    message,
    evidence: [`first line: ${quoted(line)}`],
    remedy,
  });
  const [core = '', version = '', network = '', address = '', protocol, certificate = '', multiplexed] = fields;
  if (fields.length < 4) return refuse(`Unrecognized remote plugin message: ${quoted(line.trim())}`, NOISE_REMEDY);
  if (!/^\d+$/.test(core) || !/^\d+$/.test(version)) {
    return refuse(`Unrecognized remote plugin message: ${quoted(line.trim())}`, NOISE_REMEDY);
  }
  if (core !== '1') {
    return refuse(
      `The plugin speaks version ${core} of the handshake, and hosts speak version 1.`,
      'Print 1 in the first field.',
      'version',
    );
  }
  const wrongVersion = versionRefusal(Number(version), rules);
  if (wrongVersion !== undefined) return refuse(wrongVersion.message, wrongVersion.remedy, 'version');
  if (network !== 'unix' && network !== 'tcp') {
    return refuse(
      `The plugin names the network ${quoted(network)}, and hosts know unix and tcp.`,
      'Print one of these in the third field.',
    );
  }
  const wrongAddress = addressProblem(network, address);
  if (wrongAddress !== undefined) return refuse(wrongAddress, 'Print where the server listens in the fourth field.');
  const wrongProtocol = protocolRefusal(protocol);
  if (wrongProtocol !== undefined) return refuse(wrongProtocol.message, wrongProtocol.remedy);
  if (multiplexed === 'true') {
    return refuse(
      'The plugin wants to multiplex its connections, which the host did not ask for.',
      'Multiplex only where PLUGIN_MULTIPLEX_GRPC is set.',
    );
  }
  const hasCertificate = certificate.length > SHORTEST_CERTIFICATE;
  if (rules.autoMtls && !hasCertificate) {
    return refuse(
      'The plugin names no certificate in the sixth field, and the host asked for one with PLUGIN_CLIENT_CERT.',
      'Serve TLS with a certificate for this run where PLUGIN_CLIENT_CERT is set, or set auto_mtls: false if the application does not ask for it.',
    );
  }
  return { core: 1, version: Number(version), network, address, ...(hasCertificate ? { certificate } : {}) };
}

function versionRefusal(version: number, { versions }: GrpcRules) {
  if (versions.includes(version)) return undefined;
  const spoken = [...versions].sort((a, b) => a - b).join(', ');
  return {
    message: `Incompatible API version: the plugin's lowest is ${version}, and the host speaks ${spoken}.`,
    remedy: `Serve one of the host's versions, or put ${version} in the versions of cpex.yaml if the application speaks it.`,
  };
}

function addressProblem(network: 'unix' | 'tcp', address: string): string | undefined {
  if (network === 'unix') return address === '' ? 'The plugin names no socket.' : undefined;
  const port = Number(/:(\d{1,5})$/.exec(address)?.[1] ?? 0);
  return port > 0 && port < 65_536 ? undefined : `The plugin names the address ${quoted(address)}, which has no port.`;
}

function protocolRefusal(protocol: string | undefined) {
  if (protocol === 'grpc') return undefined;
  if (protocol === undefined || protocol === '' || protocol === 'netrpc') {
    return {
      message:
        protocol === 'netrpc'
          ? 'The plugin serves net/rpc, which this host does not speak.'
          : 'The plugin names no protocol in the fifth field, which means net/rpc, and this host does not speak that.',
      remedy:
        'Serve gRPC: set GRPCServer in plugin.ServeConfig and implement plugin.GRPCPlugin; in other languages print grpc in the fifth field.',
    };
  }
  return {
    message: `The plugin names the protocol ${quoted(protocol)}, and hosts know grpc and netrpc.`,
    remedy: 'Print grpc in the fifth field.',
  };
}

/** Why the host does not go on with what came in place of a line. */
export function noHandshake({ kind, text }: FirstLine): StartRefusal {
  const seen = text === '' ? [] : [`stdout: ${quoted(text)}`];
  if (kind === 'endless') {
    return {
      stage: 'handshake',
      message: 'The plugin printed more to stdout than a handshake, and no end of a line.',
      evidence: seen,
      remedy: NOISE_REMEDY,
    };
  }
  return {
    stage: 'handshake',
    message: 'The plugin closed its stdout before it had printed a handshake line.',
    evidence: seen,
    remedy: 'Print the line of the handshake with an end of line, and flush it.',
  };
}

/** A text of the plugin as one line of a message, cut where it is long. */
export function quoted(text: string): string {
  const shown = JSON.stringify(text);
  return shown.length > QUOTED ? `${shown.slice(0, QUOTED)}… (${text.length} characters)` : shown;
}
