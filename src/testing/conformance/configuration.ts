import { fieldsOf } from '../../hosts/json-fields.js';
import type { HostProfile } from '../../model/profile.js';
import type { Subject } from '../subject.js';

/** A call that gives a running plugin a configuration. */
export interface Change {
  readonly method: string;
  readonly body: Uint8Array;
}

const RECONFIGURE = 'plugin.reconfigure';

/** The call with which the host changes the configuration; undefined where the host has none. */
export function changeOf({ protocol, contract }: HostProfile, config: unknown): Change | undefined {
  // For some hosts a change is a registration that comes again.
  const registration = protocol.registration({ config, again: true });
  if (registration.method === RECONFIGURE) return registration;
  if (!contract.methods.has(RECONFIGURE)) return undefined;
  return { method: RECONFIGURE, body: protocol.encodeRequest({ config: config ?? {} }, RECONFIGURE) };
}

/**
 * A configuration of the same shape in which every value is another one; what the schema of the project knows beside
 * is added. The plugin may refuse it.
 */
export function otherConfig({ config, manifest }: Pick<Subject, 'config' | 'manifest'>): unknown {
  const changed = changedAll(config ?? {});
  const properties = fieldsOf(manifest?.config_schema?.properties);
  const added = Object.entries(properties).flatMap(([key, schema]): [string, unknown][] => {
    const value = sampleOf(fieldsOf(schema));
    return value === undefined || Object.hasOwn(fieldsOf(config), key) ? [] : [[key, value]];
  });
  return { ...fieldsOf(changed), ...Object.fromEntries(added) };
}

/** The same with its first value, or a value of its own, of another type: nothing that a plugin should take. */
export function badConfig(subject: Pick<Subject, 'config' | 'manifest'>): unknown {
  const other = fieldsOf(otherConfig(subject));
  const last = Object.keys(other).at(-1);
  if (last === undefined) return { '': [null] };
  return { ...other, [last]: Array.isArray(other[last]) ? 'no list' : [other[last]] };
}

function changedAll(value: unknown): unknown {
  switch (typeof value) {
    case 'string':
      return `${value}-2`;
    case 'number':
      return value + 1;
    case 'boolean':
      return !value;
    default:
      if (Array.isArray(value)) return value.map(changedAll);
      if (value === null) return null;
      return Object.fromEntries(Object.entries(fieldsOf(value)).map(([key, one]) => [key, changedAll(one)]));
  }
}

function sampleOf(schema: Readonly<Record<string, unknown>>): unknown {
  const [choice] = Array.isArray(schema.enum) ? schema.enum.slice(-1) : [];
  if (choice !== undefined) return choice;
  return { string: 'other', integer: 1, number: 1, boolean: true }[String(schema.type)];
}
