import { stringifyExact } from '../../support/exact-json.js';
import { fieldsOf, isFields } from '../json-fields.js';
import { tauContract } from './contract.js';

/** Writes the fields of a message as the host does: those that the contract names first, in its order. */
export function encodeRequest(request: unknown, method: string): Uint8Array {
  return Buffer.from(stringifyExact(isFields(request) ? inOrder(request, method) : (request ?? {})));
}

function inOrder(request: Readonly<Record<string, unknown>>, method: string): unknown {
  const reference = String(tauContract.methods.get(method)?.request.$ref ?? '');
  const schema = tauContract.types.get(reference.slice(reference.lastIndexOf('/') + 1)) ?? {};
  const known = Object.keys(fieldsOf(schema.properties)).filter((name) => Object.hasOwn(request, name));
  const rest = Object.keys(request).filter((name) => !known.includes(name));
  return Object.fromEntries([...known, ...rest].map((name) => [name, request[name]]));
}
