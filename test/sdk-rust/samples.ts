import type { ContractIr, Field, Type } from '../../src/scaffold/bindings/ir.js';
import { declarationOf } from '../../src/scaffold/bindings/ir.js';

/** How deep a type that contains itself is followed. */
const DEEPEST = 6;

/** How deep lists of a union have one item of each kind. */
const EVERY_VARIANT = 4;

/** JSON text of a value of each declared struct and union: all fields set, numbers at their bounds, unknown fields. */
export function fullSamples(ir: ContractIr): Map<string, string> {
  const samples = new Map<string, string>();
  for (const { kind, name } of ir.declarations) {
    if (kind === 'struct' || kind === 'union') samples.set(name.pascal, declared(ir, name.pascal, 0));
  }
  return samples;
}

/** Text, because JavaScript's own numbers would lose digits. */
function declared(ir: ContractIr, name: string, depth: number): string {
  const declaration = declarationOf(ir, name);
  switch (declaration.kind) {
    case 'enum':
      return JSON.stringify(declaration.values.at(-1)?.wire);
    case 'alias':
      return sample(ir, declaration.type, depth);
    case 'union':
      return declared(ir, declaration.variants.at(-1)?.struct ?? '', depth);
    case 'struct': {
      const set = (field: Field) => field.required || depth < DEEPEST;
      const fields = declaration.fields
        .filter(set)
        .map((field) => `${JSON.stringify(field.name.wire)}:${sample(ir, field.type, depth + 1)}`);
      return `{${[...fields, '"later_field":{"n":18446744073709551617,"f":0.10,"x":null}'].join()}}`;
    }
  }
}

function sample(ir: ContractIr, type: Type, depth: number): string {
  switch (type.kind) {
    case 'string':
      return '"ü \\u0000 😀"';
    case 'bytes':
      return '"AAH/"';
    case 'bool':
      return 'true';
    case 'int':
      if (type.signed) return type.bits === 64 ? '-9223372036854775808' : '-2147483648';
      return type.bits === 64 ? '18446744073709551615' : '4294967295';
    case 'float':
      return '0.5';
    case 'json':
      return '[null,123456789012345678901234567890,{"b":1,"a":2}]';
    case 'object':
      return '{"z":9223372036854775807,"a":-0,"$serde_json::private::Number":"7"}';
    case 'const':
      return JSON.stringify(type.value);
    case 'array': {
      const variants = depth < EVERY_VARIANT ? variantsOf(ir, type.items) : [];
      if (variants.length > 0) return `[${variants.map((struct) => declared(ir, struct, depth)).join()}]`;
      return `[${sample(ir, type.items, depth)},${sample(ir, type.items, depth)}]`;
    }
    case 'map':
      return `{"a":${sample(ir, type.values, depth)},"b":${sample(ir, type.values, depth)}}`;
    case 'ref':
      return declared(ir, type.name, depth);
  }
}

/** The structs of a union; none for any other type. */
function variantsOf(ir: ContractIr, type: Type): string[] {
  const target = type.kind === 'ref' ? declarationOf(ir, type.name) : undefined;
  return target?.kind === 'union' ? target.variants.map(({ struct }) => struct) : [];
}
