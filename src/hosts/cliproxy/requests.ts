import type { Contract, JsonSchema } from '../../model/contract.js';
import { CpexError } from '../../support/errors.js';
import { stringifyExact } from '../../support/exact-json.js';
import { nearest } from '../../support/suggest.js';
import { resolved } from '../bytes-members.js';
import { encodeGo } from '../go-json/encode.js';
import { fieldsOf, isFields } from '../json-fields.js';

type Types = ReadonlyMap<string, JsonSchema>;

/**
 * Writes a request exactly as the host does. Where the schema wants bytes, a map `{ $text: … }` or
 * `{ $json: … }` may stand for the base64 of that text or of that value's JSON.
 * Throws CPEX_E_RUN_REQUEST for a value that no request of this method could hold.
 */
export function encodeRequest(contract: Contract, request: unknown, method: string): Uint8Array {
  const schema = contract.methods.get(method)?.request ?? {};
  refuseStrangers(request ?? {}, schema, contract.types, method, '');
  try {
    return encodeGo(withBytes(request ?? {}, schema, contract.types), schema, contract.types);
  } catch (error) {
    if (!(error instanceof RangeError || error instanceof TypeError)) throw error;
    throw new CpexError('CPEX_E_RUN_REQUEST', `The host could not send this to ${method}: ${error.message}`);
  }
}

/** The value with base64 in place of what stands for bytes. */
function withBytes(value: unknown, schema: JsonSchema, types: Types): unknown {
  const real = resolved(schema, types);
  if (real.contentEncoding === 'base64') return bytes(value);
  if (Array.isArray(value)) return value.map((item) => withBytes(item, fieldsOf(real.items), types));
  if (!isFields(value)) return value;
  const properties = fieldsOf(real.properties);
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [
      name,
      withBytes(one, fieldsOf(properties[name] ?? real.additionalProperties), types),
    ]),
  );
}

function bytes(value: unknown): unknown {
  if (!isFields(value)) return value;
  const [kind, ...more] = Object.keys(value);
  if (more.length > 0) return value;
  if (kind === '$text') return Buffer.from(String(value.$text), 'utf8').toString('base64');
  if (kind === '$json') return Buffer.from(stringifyExact(value.$json), 'utf8').toString('base64');
  return value;
}

/** A misspelt member would be dropped, and the plugin would see its zero value. */
function refuseStrangers(value: unknown, schema: JsonSchema, types: Types, method: string, path: string): void {
  const real = resolved(schema, types);
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      refuseStrangers(item, fieldsOf(real.items), types, method, `${path}[${index}]`);
    }
    return;
  }
  if (!isFields(value) || !isFields(real.properties) || real.contentEncoding !== undefined) return;
  const known = Object.keys(real.properties);
  for (const [name, one] of Object.entries(value)) {
    const at = path === '' ? name : `${path}.${name}`;
    if (!known.includes(name)) throw stranger(at, name, known, method);
    refuseStrangers(one, fieldsOf(real.properties[name]), types, method, at);
  }
}

function stranger(at: string, name: string, known: readonly string[], method: string): CpexError {
  const meant = nearest(name, known);
  const hint = meant === undefined ? '' : ` Did you mean "${meant}"?`;
  return new CpexError('CPEX_E_RUN_REQUEST', `The request of ${method} has no member "${at}".${hint}`, {
    evidence: [`members: ${known.join(', ') || 'none'}`],
  });
}
