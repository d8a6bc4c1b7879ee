import type { ReattachRecord } from '../model/process.js';
import { CpexError } from '../support/errors.js';
import { stringifyExact } from '../support/exact-json.js';
import { printableStart } from '../support/printable.js';

const REMEDY =
  'Give the record that the plugin or cpex run --debug has printed: {"Protocol":"grpc","ProtocolVersion":1,"Pid":4711,"Test":true,"Addr":{"Network":"unix","String":"/tmp/plugin"}}.';

/**
 * Reads a record as go-plugin writes it, or a map of names to records with a single one, as Terraform and Waypoint take
 * it in their variables. Throws CPEX_E_RUN_DATA.
 */
export function readReattach(value: unknown): ReattachRecord {
  const fields = onlyRecord(value);
  const { Protocol, ProtocolVersion, Pid, Test = false } = fields;
  const { Network, String: address } = object(fields.Addr);
  if (Protocol !== 'grpc') {
    const said =
      Protocol === 'netrpc' ? 'The plugin of the record speaks net/rpc.' : `Its Protocol is ${shown(Protocol)}.`;
    throw unusable(`${said} cpex speaks grpc.`);
  }
  if (!isCount(ProtocolVersion)) throw unusable(`Its ProtocolVersion is ${shown(ProtocolVersion)}.`);
  if (!isCount(Pid) || Pid < 1) throw unusable(`Its Pid is ${shown(Pid)}.`);
  if (typeof Test !== 'boolean') throw unusable(`Its Test is ${shown(Test)}.`);
  if (Network !== 'unix' && Network !== 'tcp')
    throw unusable(`Its Addr.Network is ${shown(Network)}, not unix or tcp.`);
  if (typeof address !== 'string' || address === '') throw unusable(`Its Addr.String is ${shown(address)}.`);
  return {
    protocol: 'grpc',
    protocolVersion: ProtocolVersion,
    pid: Pid,
    address: { network: Network, address },
    test: Test,
  };
}

/** A record as other hosts of go-plugin take it. */
export function reattachValue({ protocolVersion, pid, address, test }: ReattachRecord): object {
  return {
    Protocol: 'grpc',
    ProtocolVersion: protocolVersion,
    Pid: pid,
    Test: test,
    Addr: { Network: address.network, String: address.address },
  };
}

function onlyRecord(value: unknown): Record<string, unknown> {
  const fields = object(value);
  if ('Addr' in fields || 'Pid' in fields) return fields;
  const names = Object.keys(fields);
  const [name] = names;
  if (name === undefined) throw unusable('It is no object with a record.');
  if (names.length > 1) {
    throw unusable(`It names ${names.length} plugins: ${names.map((one) => printableStart(one, 40)).join(', ')}.`);
  }
  return object(fields[name]);
}

function object(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function shown(value: unknown): string {
  return value === undefined ? 'missing' : printableStart(stringifyExact(value), 60);
}

function unusable(why: string): CpexError {
  return new CpexError('CPEX_E_RUN_DATA', `The value of --reattach is no record to reattach with. ${why}`, {
    remedy: REMEDY,
  });
}
