import { CpexError } from '../../support/errors.js';
import type { Alias, ContractIr, Declaration, Enum, Field, Method, Struct, Type, Union } from './ir.js';
import { enumName, nameOf } from './names.js';
import type { ContractSource } from './source.js';

type Json = { readonly [key: string]: unknown };

/** Keywords that say something about a value without changing how a binding is written. */
const ANNOTATIONS = [
  ...['title', 'description', 'default', 'examples', 'pattern', 'minLength', 'maxLength'],
  // How a field crosses the wire; `#struct` reads them.
  ...['x-omit-empty', 'x-pointer', 'x-unit'],
  // Names that a Go host has for types, for its error texts; values that it acts upon.
  ...['x-go', 'x-go-from', 'x-values', 'x-bindings'],
];
const STRING_FORMATS = ['semver', 'uri', 'date-time'];
const REF = /^(?:types\.json)?#\/\$defs\/([A-Za-z0-9]+)$/;

/**
 * Reads a contract and its types into the form that the emitters use.
 * The accepted JSON Schema is a closed subset: anything else is an error that names the place.
 * @throws CpexError `CPEX_E_CONTRACT_UNSUPPORTED`
 */
export function parseContract(source: ContractSource): ContractIr {
  const contract = object(source.contract, 'contract.json');
  const types = object(object(source.types, 'types.json').$defs, 'types.json#/$defs');
  const reader = new TypeReader(types);
  const declarations = reader.readAll();
  return {
    profile: text(contract.profile, 'profile'),
    abiVersion: number(contract.abi_version, 'abi_version'),
    schemaVersion: number(contract.schema_version, 'schema_version'),
    encoding: encodingOf(contract.encoding),
    declarations,
    methods: methodsOf(contract.methods, 'methods', reader),
    callbacks: methodsOf(contract.callbacks, 'callbacks', reader),
    capabilities: entries(contract.capabilities, 'capabilities').map(([name, value]) => ({
      name: nameOf(name),
      summary: text(value.summary, `capabilities.${name}.summary`),
      methods: texts(value.methods, `capabilities.${name}.methods`),
      schemaVersion:
        value.schema_version === undefined ? 1 : number(value.schema_version, `capabilities.${name}.schema_version`),
    })),
    hooks: entries(contract.hooks ?? {}, 'hooks').map(([name, value]) => ({
      name: nameOf(name),
      aliases: value.aliases === undefined ? [] : texts(value.aliases, `hooks.${name}.aliases`),
      payload: reader.refOf(value.payload, `hooks.${name}.payload`),
      sample: value.sample ?? {},
    })),
  };
}

function encodingOf(value: unknown): ContractIr['encoding'] {
  if (value === undefined || value === 'json') return 'json';
  if (value === 'go-json') return value;
  throw unsupported('encoding', `is ${JSON.stringify(value)}`);
}

function methodsOf(value: unknown, where: string, reader: TypeReader): Method[] {
  return entries(value, where).map(([name, method]) => ({
    name: nameOf(name),
    summary: text(method.summary, `${where}.${name}.summary`),
    ...(method.capability === undefined ? {} : { capability: text(method.capability, `${where}.${name}.capability`) }),
    request: reader.refOf(method.request, `${where}.${name}.request`),
    result: reader.refOf(method.result, `${where}.${name}.result`),
    samples: method.samples === undefined ? [] : list(method.samples, `${where}.${name}.samples`),
  }));
}

/** Turns `$defs` into declarations and names the enums that stand inside fields. */
class TypeReader {
  readonly #types: Json;
  readonly #enumNames: ReadonlyMap<string, string>;
  readonly #found = new Map<string, Declaration>();

  constructor(types: Json) {
    this.#types = types;
    this.#enumNames = nameInlineEnums(types);
  }

  readAll(): Declaration[] {
    for (const name of Object.keys(this.#types)) {
      // An enum found inside a field is added while its struct is read, hence before it.
      const declaration = this.#declaration(name, object(this.#types[name], name));
      if (this.#found.has(name)) throw unsupported(name, 'is also the name of an enum inside a field');
      this.#found.set(name, declaration);
    }
    return [...this.#found.values()];
  }

  /** Name behind a `$ref`, which must lead to a type of `types.json`. */
  refOf(value: unknown, where: string): string {
    const schema = object(value, where);
    allowOnly(schema, ['$ref'], where);
    const name = REF.exec(text(schema.$ref, `${where}.$ref`))?.[1];
    if (name === undefined || !Object.hasOwn(this.#types, name)) {
      throw unsupported(where, `refers to ${String(schema.$ref)}, which is not a type of types.json`);
    }
    return name;
  }

  #declaration(name: string, schema: Json): Declaration {
    const head = { name: nameOf(name), description: describe(schema) };
    if (head.name.pascal !== name) throw unsupported(name, `is not in PascalCase (${head.name.pascal})`);
    if (schema.oneOf !== undefined) return this.#union(head, schema);
    if (schema.enum !== undefined) return enumOf(head, schema, name);
    if (schema.type === 'object' && schema.properties !== undefined) return this.#struct(head, schema);
    return { kind: 'alias', ...head, type: this.#type(schema, name, '') } satisfies Alias;
  }

  #struct(head: Pick<Struct, 'name' | 'description'>, schema: Json): Struct {
    const where = head.name.pascal;
    allowOnly(schema, ['type', 'properties', 'required'], where);
    const required = new Set(texts(schema.required ?? [], `${where}.required`));
    // A Go error must stay null or away, and other spellings of the same are not offered: nothing to set.
    const settable = entries(schema.properties, `${where}.properties`).filter(
      ([, one]) => one['x-go'] !== 'error' && one['x-bindings'] !== false,
    );
    const fields = settable.map(
      ([name, property]): Field => ({
        name: nameOf(name),
        description: describe(property),
        required: required.delete(name),
        omitEmpty: property['x-omit-empty'] === true,
        pointer: property['x-pointer'] === true,
        type: this.#type(property, `${where}.${name}`, name),
      }),
    );
    const [missing] = required;
    if (missing !== undefined) throw unsupported(where, `requires ${missing}, which it does not describe`);
    return { kind: 'struct', ...head, fields };
  }

  #union(head: Pick<Union, 'name' | 'description'>, schema: Json): Union {
    const where = head.name.pascal;
    allowOnly(schema, ['oneOf', 'x-tag', 'x-open'], where);
    const tag = text(schema['x-tag'], `${where}.x-tag`);
    const variants = list(schema.oneOf, `${where}.oneOf`).map((value) => {
      const struct = this.refOf(value, `${where}.oneOf`);
      const properties = object(object(this.#types[struct], struct).properties, `${struct}.properties`);
      const value_ = text(object(properties[tag], `${struct}.${tag}`).const, `${struct}.${tag}.const`);
      return { tag: nameOf(value_), struct };
    });
    return { kind: 'union', ...head, tag, variants, open: schema['x-open'] === true };
  }

  #type(schema: Json, where: string, field: string): Type {
    if (schema.$ref !== undefined) return { kind: 'ref', name: this.refOf(withoutAnnotations(schema), where) };
    if (schema.const !== undefined) {
      allowOnly(schema, ['const', 'type'], where);
      return { kind: 'const', value: text(schema.const, `${where}.const`) };
    }
    switch (schema.type) {
      case undefined:
        allowOnly(schema, [], where);
        return { kind: 'json' };
      case 'string':
        return this.#string(schema, where, field);
      case 'boolean':
        allowOnly(schema, ['type'], where);
        return { kind: 'bool' };
      case 'number':
        allowOnly(schema, ['type'], where);
        return { kind: 'float' };
      case 'integer':
        return integer(schema, where);
      case 'array':
        allowOnly(schema, ['type', 'items'], where);
        return { kind: 'array', items: this.#type(object(schema.items ?? {}, `${where}.items`), `${where}[]`, field) };
      case 'object': {
        allowOnly(schema, ['type', 'additionalProperties'], where);
        if ((schema.additionalProperties ?? true) === true) return { kind: 'object' };
        const values = object(schema.additionalProperties, `${where}.additionalProperties`);
        return { kind: 'map', values: this.#type(values, `${where}{}`, field) };
      }
      default:
        throw unsupported(where, `has the type ${JSON.stringify(schema.type)}`);
    }
  }

  #string(schema: Json, where: string, field: string): Type {
    if (schema.enum !== undefined) {
      const name = this.#enumNames.get(enumKey(field, schema));
      if (name === undefined) throw unsupported(where, 'has an enum where none can be named; give it its own type');
      if (!this.#found.has(name))
        this.#found.set(name, enumOf({ name: nameOf(name), description: describe(schema) }, schema, where));
      return { kind: 'ref', name };
    }
    allowOnly(schema, ['type', 'format', 'contentEncoding'], where);
    if (schema.contentEncoding !== undefined) {
      if (schema.contentEncoding !== 'base64') throw unsupported(where, 'has an encoding other than base64');
      return { kind: 'bytes' };
    }
    if (schema.format !== undefined && !STRING_FORMATS.includes(String(schema.format))) {
      throw unsupported(where, `has the format ${JSON.stringify(schema.format)}`);
    }
    return schema.format === 'date-time' ? { kind: 'string', time: true } : { kind: 'string' };
  }
}

function integer(schema: Json, where: string): Type {
  allowOnly(schema, ['type', 'format'], where);
  const match = /^(u?)int(32|64)$/.exec(String(schema.format));
  if (match === null) throw unsupported(where, 'is an integer without format int32, uint32, int64 or uint64');
  const unit = schema['x-unit'];
  if (unit !== undefined && unit !== 'ns') throw unsupported(where, `has the unit ${JSON.stringify(unit)}`);
  const bits = match[2] === '32' ? 32 : 64;
  return { kind: 'int', bits, signed: match[1] === '', ...(unit === undefined ? {} : { unit }) };
}

function enumOf(head: Pick<Enum, 'name' | 'description'>, schema: Json, where: string): Enum {
  allowOnly(schema, ['type', 'enum'], where);
  if (schema.type !== 'string') throw unsupported(where, 'is an enum of something other than strings');
  return { kind: 'enum', ...head, values: texts(schema.enum, `${where}.enum`).map(nameOf) };
}

/** Same field name and same values, in whichever structs: one enum, named after what these share. */
function nameInlineEnums(types: Json): Map<string, string> {
  const users = new Map<string, { field: string; structs: string[] }>();
  for (const [struct, schema] of entries(types, 'types.json#/$defs')) {
    for (const [field, property] of entries(schema.properties ?? {}, `${struct}.properties`)) {
      if (property.enum === undefined) continue;
      const key = enumKey(field, property);
      const user = users.get(key) ?? { field, structs: [] };
      user.structs.push(struct);
      users.set(key, user);
    }
  }
  return new Map([...users].map(([key, { field, structs }]) => [key, enumName(structs, field)]));
}

function enumKey(field: string, schema: Json): string {
  return JSON.stringify([field, schema.enum]);
}

function allowOnly(schema: Json, keywords: readonly string[], where: string): void {
  for (const keyword of Object.keys(schema)) {
    if (!keywords.includes(keyword) && !ANNOTATIONS.includes(keyword)) {
      throw unsupported(where, `uses the keyword ${keyword}`);
    }
  }
}

function withoutAnnotations(schema: Json): Json {
  return Object.fromEntries(Object.entries(schema).filter(([keyword]) => !ANNOTATIONS.includes(keyword)));
}

function describe(schema: Json): string {
  return typeof schema.description === 'string' ? schema.description : '';
}

function object(value: unknown, where: string): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw unsupported(where, 'is not an object');
  return value as Json;
}

function entries(value: unknown, where: string): [string, Json][] {
  return Object.entries(object(value, where)).map(([key, item]) => [key, object(item, `${where}.${key}`)]);
}

function list(value: unknown, where: string): readonly unknown[] {
  if (!Array.isArray(value)) throw unsupported(where, 'is not a list');
  return value;
}

function texts(value: unknown, where: string): string[] {
  return list(value, where).map((item, index) => text(item, `${where}[${index}]`));
}

function text(value: unknown, where: string): string {
  if (typeof value !== 'string') throw unsupported(where, 'is not a string');
  return value;
}

function number(value: unknown, where: string): number {
  if (typeof value !== 'number') throw unsupported(where, 'is not a number');
  return value;
}

function unsupported(where: string, what: string): CpexError {
  return new CpexError(
    'CPEX_E_CONTRACT_UNSUPPORTED',
    `The contract cannot be turned into bindings: ${where} ${what}.`,
    {
      evidence: [`at ${where}`],
      remedy: 'Use the subset of JSON Schema that docs/architecture.md lists.',
    },
  );
}
