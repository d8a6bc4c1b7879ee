import { isFields } from '../../../hosts/json-fields.js';
import { checkShape } from '../../../hosts/schema-check.js';
import type { Contract } from '../../../model/contract.js';
import type { HostileCall, ValidCall } from './hostile-call.js';

/** A value of every type of JSON but null, with what it is called. */
const OTHERS: readonly (readonly [name: string, value: unknown])[] = [
  ['true', true],
  ['0', 0],
  ['-1.5', -1.5],
  ['2^64', 2n ** 64n],
  ['an empty text', ''],
  ['a text', 'text'],
  ['an empty list', []],
  ['a list', [1, 'text', null]],
  ['an empty object', {}],
  ['an object', { a: 1 }],
];

/** A value in which one place is not what it was. */
export interface Mutant {
  /** `"payload.args" as null`. */
  readonly name: string;
  readonly value: unknown;
  /** Where a field was made null: the value without that field. */
  readonly absent?: unknown;
}

/** Every field of a value, however deep, replaced by a value of every type and left out. */
export function mutants(value: unknown, path = ''): Mutant[] {
  if (Array.isArray(value)) {
    return value.flatMap((item, index) =>
      replaced(item, `${path}[${index}]`, (other) => value.with(index, other), value.toSpliced(index, 1)),
    );
  }
  if (!isFields(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    const { [key]: _, ...others } = value;
    const put = (other: unknown) => ({ ...value, [key]: other });
    return replaced(item, path === '' ? key : `${path}.${key}`, put, others);
  });
}

function replaced(item: unknown, path: string, put: (other: unknown) => unknown, without: unknown): Mutant[] {
  return [
    { name: `"${path}" left out`, value: without },
    { name: `"${path}" as null`, value: put(null), absent: without },
    ...OTHERS.map(([name, other]) => ({ name: `"${path}" as ${name}`, value: put(other) })),
    ...mutants(item, path).map(({ name, value, absent }) => ({
      name,
      value: put(value),
      ...(absent === undefined ? {} : { absent: put(absent) }),
    })),
  ];
}

/** The mutants of a valid call as calls. Those that do not fit the schema of the method have to be refused. */
export function wrongTypes(
  { method, request }: ValidCall,
  { methods, types }: Contract,
  write: (value: unknown) => Uint8Array,
): HostileCall[] {
  const schema = methods.get(method)?.request ?? {};
  const fits = (value: unknown) => checkShape(schema, value, types).length === 0;
  return mutants(request).map(({ name, value, absent }) => ({
    name,
    method,
    body: Buffer.from(write(value)),
    // A reader may take null for a field that is not there (ABI-JSON-007).
    refuse: !fits(value) && (absent === undefined || !fits(absent)),
  }));
}
