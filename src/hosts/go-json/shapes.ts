import type { JsonSchema } from '../../model/contract.js';
import { type Fields, fieldsOf, isFields } from '../json-fields.js';

/** The types of a contract, by name; what `$ref` points to. */
export type GoTypes = ReadonlyMap<string, JsonSchema>;

/** A Go type as far as encoding/json cares. `go` is its text in messages: `[]string`, `time.Time`. */
export type Shape = Leaf | IntShape | SliceShape | MapShape | StructShape;

export interface Leaf {
  readonly kind: 'string' | 'bool' | 'float' | 'bytes' | 'time' | 'any' | 'error' | 'raw';
  readonly go: string;
}

export interface IntShape {
  readonly kind: 'int';
  readonly go: string;
  readonly min: bigint;
  readonly max: bigint;
}

export interface SliceShape {
  readonly kind: 'slice';
  readonly go: string;
  readonly items: Shape;
}

/** A map with text keys. */
export interface MapShape {
  readonly kind: 'map';
  readonly go: string;
  readonly values: Shape;
}

export interface StructShape {
  readonly kind: 'struct';
  readonly go: string;
  /** The type's name without its package, as error texts give it. */
  readonly name: string;
  /** In the order of the struct. */
  readonly fields: readonly GoField[];
  readonly exact: ReadonlyMap<string, GoField>;
  readonly folded: ReadonlyMap<string, GoField>;
}

export interface GoField {
  readonly name: string;
  /** How error texts name it: with the embedded struct that it comes from. */
  readonly path: string;
  readonly omitEmpty: boolean;
  /** A pointer to a struct: its zero value is null. */
  readonly pointer: boolean;
  /** Looked up late, because types may contain themselves. */
  readonly shape: () => Shape;
}

const REF = /^(?:types\.json)?#\/\$defs\//;
const INTEGERS: Readonly<Record<string, readonly [bigint, bigint]>> = {
  int32: [-(2n ** 31n), 2n ** 31n - 1n],
  uint32: [0n, 2n ** 32n - 1n],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint64: [0n, 2n ** 64n - 1n],
};
const known = new WeakMap<GoTypes, Map<string, Shape>>();

/**
 * The Go type that a schema of a contract describes.
 * @throws RangeError for a schema that no Go type answers to: a mistake in the contract
 */
export function shapeOf(schema: JsonSchema, types: GoTypes): Shape {
  if (typeof schema.$ref === 'string') return named(schema.$ref.replace(REF, ''), schema, types);
  const go = typeof schema['x-go'] === 'string' ? schema['x-go'] : undefined;
  if (go === 'error') return { kind: 'error', go };
  if (go === 'json.RawMessage') return { kind: 'raw', go };
  switch (schema.type) {
    case undefined:
      return { kind: 'any', go: 'interface {}' };
    case 'string':
      return { kind: textKind(schema), go: go ?? TEXT_TYPES[textKind(schema)] };
    case 'boolean':
      return { kind: 'bool', go: go ?? 'bool' };
    case 'number':
      return { kind: 'float', go: go ?? 'float64' };
    case 'integer':
      return integer(schema, go);
    case 'array': {
      const items = shapeOf(fieldsOf(schema.items), types);
      return { kind: 'slice', go: go ?? `[]${items.go}`, items };
    }
    case 'object':
      return isFields(schema.properties) ? struct(schema, go, types) : map(schema, go, types);
    default:
      throw new RangeError(`no Go type for ${JSON.stringify(schema)}`);
  }
}

/** A key as Go compares keys that differ in case only: `ſ` and the Kelvin sign are letters of it. */
export function foldKey(key: string): string {
  return key.replace(/[a-z\u017f\u212a]/g, (letter) =>
    letter === '\u017f' ? 'S' : letter === '\u212a' ? 'K' : letter.toUpperCase(),
  );
}

const TEXT_TYPES = { string: 'string', bytes: '[]uint8', time: 'time.Time' } as const;

function textKind(schema: JsonSchema): keyof typeof TEXT_TYPES {
  if (schema.contentEncoding === 'base64') return 'bytes';
  return schema.format === 'date-time' ? 'time' : 'string';
}

function named(name: string, reference: JsonSchema, types: GoTypes): Shape {
  const shapes = known.get(types) ?? new Map<string, Shape>();
  known.set(types, shapes);
  let shape = shapes.get(name);
  if (shape === undefined) {
    const schema = types.get(name);
    if (schema === undefined) throw new RangeError(`The contract refers to ${name}, which is not there.`);
    shape = shapeOf({ ...schema, 'x-go': schema['x-go'] ?? defaultGo(schema, name) }, types);
    shapes.set(name, shape);
  }
  const go = reference['x-go'];
  if (typeof go !== 'string') return shape;
  return shape.kind === 'struct' ? { ...shape, go, name: bareName(go) } : { ...shape, go };
}

function defaultGo(schema: JsonSchema, name: string): string | undefined {
  return isFields(schema.properties) ? `pluginapi.${name}` : undefined;
}

function bareName(go: string): string {
  return go.slice(go.lastIndexOf('.') + 1);
}

function integer(schema: JsonSchema, go: string | undefined): IntShape {
  const format = String(schema.format);
  const range = INTEGERS[format];
  if (range === undefined) throw new RangeError(`no Go type for an integer of the format ${format}`);
  return { kind: 'int', go: go ?? format, min: range[0], max: range[1] };
}

function map(schema: JsonSchema, go: string | undefined, types: GoTypes): MapShape {
  const values = isFields(schema.additionalProperties) ? schema.additionalProperties : {};
  const shape = shapeOf(values, types);
  return { kind: 'map', go: go ?? `map[string]${shape.go}`, values: shape };
}

function struct(schema: JsonSchema, go: string | undefined, types: GoTypes): StructShape {
  const fields = Object.entries(fieldsOf(schema.properties)).map(([name, one]) => field(name, fieldsOf(one), types));
  const text = go ?? String(schema.title ?? 'struct');
  return {
    kind: 'struct',
    go: text,
    name: bareName(text),
    fields,
    exact: new Map(fields.map((one) => [one.name, one])),
    // Of fields that differ in case only, the first one wins.
    folded: new Map([...fields].reverse().map((one) => [foldKey(one.name), one])),
  };
}

function field(name: string, schema: Fields, types: GoTypes): GoField {
  let shape: Shape | undefined;
  const from = schema['x-go-from'];
  return {
    name,
    path: typeof from === 'string' ? `${from}.${name}` : name,
    omitEmpty: schema['x-omit-empty'] === true,
    pointer: schema['x-pointer'] === true,
    shape: () => {
      shape ??= shapeOf(schema, types);
      return shape;
    },
  };
}
