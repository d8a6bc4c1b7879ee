import {
  type ContractIr,
  type Declaration,
  declarationOf,
  type Field,
  type Type,
} from '../../src/scaffold/bindings/ir.js';

/** JSON text for one type of a contract, and whether its reader is to accept it. */
export interface ContractValue {
  readonly type: string;
  readonly text: string;
  readonly valid: boolean;
}

/** How much of a type is filled in. */
type Fill = 'full' | 'least';

/** Members no type knows; behind the known ones, sorted, as the writers have them. */
const UNKNOWN = ['"aa_unknown":18446744073709551616', '"zz_unknown":{"b":[1.50,null],"a":"</script>"}'];

const TEXT = '"a\\"\\\\\\u0001</é😀"';

const WRONG = ['null', 'true', '1', '1.5', '"?"', '[]', '{}'];

/**
 * Values for every type of a contract, in canonical form: with all fields at their limits and
 * unknown members, with the required ones only, and with each field wrong in every way.
 */
export function contractValues(ir: ContractIr): ContractValue[] {
  return ir.declarations.flatMap((declaration) => {
    const type = declaration.name.pascal;
    const valid = [...texts(ir, declaration, 'full'), ...texts(ir, declaration, 'least')];
    return [
      ...valid.map((text) => ({ type, text, valid: true })),
      ...wrongTexts(ir, declaration).map((text) => ({ type, text, valid: false })),
    ].filter(() => declaration.kind === 'struct' || declaration.kind === 'union');
  });
}

function texts(ir: ContractIr, declaration: Declaration, fill: Fill, depth = 0): string[] {
  switch (declaration.kind) {
    case 'struct': {
      const fields = declaration.fields.filter((field) => field.required || (fill === 'full' && depth < 3));
      const members = fields.map((field) => `"${field.name.wire}":${text(ir, field.type, fill, depth)}`);
      return [`{${[...members, ...(fill === 'full' ? UNKNOWN : [])].join()}}`];
    }
    case 'union':
      return [
        ...declaration.variants.flatMap((variant) => texts(ir, declarationOf(ir, variant.struct), fill, depth)),
        // A kind that the type does not know stays as it is, in whatever order its members came.
        ...(declaration.open ? [`{"b":[1.50,{"z":1,"a":null}],"${declaration.tag}":"of another world","a":{}}`] : []),
      ];
    case 'enum':
      return declaration.values.map((value) => `"${value.wire}"`);
    case 'alias':
      return [text(ir, declaration.type, fill, depth)];
  }
}

function text(ir: ContractIr, type: Type, fill: Fill, depth: number): string {
  const full = fill === 'full';
  switch (type.kind) {
    case 'string':
      return full ? TEXT : '""';
    case 'bytes':
      return full ? '"AP+/"' : '""';
    case 'bool':
      return String(full);
    case 'int':
      return String(full ? limits(type)[1] : limits(type)[0]);
    case 'float':
      return full ? '1.5' : '0';
    case 'json':
      return full ? '{"b":[1.50,18446744073709551616],"a":null}' : 'null';
    case 'object':
      return full ? '{"a":-9223372036854775809,"b":{"c":[1.0,{}]}}' : '{}';
    case 'const':
      return JSON.stringify(type.value);
    case 'array':
      // Messages hold messages.
      return full && depth < 4 ? `[${items(ir, type.items, depth).join()}]` : '[]';
    case 'map':
      return full ? `{${items(ir, type.values, depth).map((item, index) => `"k${index}":${item}`)}}` : '{}';
    case 'ref':
      return texts(ir, declarationOf(ir, type.name), fill, depth + 1)[0] ?? '';
  }
}

function items(ir: ContractIr, type: Type, depth: number): string[] {
  if (type.kind === 'ref') return texts(ir, declarationOf(ir, type.name), 'full', depth + 1);
  return [text(ir, type, 'full', depth), text(ir, type, 'least', depth)];
}

function limits(type: Type & { kind: 'int' }): readonly [bigint, bigint] {
  const bits = BigInt(type.bits);
  return type.signed ? [-(1n << (bits - 1n)), (1n << (bits - 1n)) - 1n] : [0n, (1n << bits) - 1n];
}

/** The least value of a struct with one field missing or of another type. */
function wrongTexts(ir: ContractIr, declaration: Declaration): string[] {
  if (declaration.kind === 'union') {
    const unknown = [`{"${declaration.tag}":"?"}`].filter(() => !declaration.open);
    return ['{}', '[]', 'null', `{"${declaration.tag}":1}`, ...unknown];
  }
  if (declaration.kind !== 'struct') return [];
  const least = (except: Field) =>
    declaration.fields
      .filter((field) => field !== except && field.required)
      .map((field) => `"${field.name.wire}":${text(ir, field.type, 'least', 0)}`);
  return [
    ...['[]', 'null', '1', '"x"'],
    ...declaration.fields.flatMap((field) => [
      ...(field.required ? [`{${least(field).join()}}`] : []),
      ...wrongFor(ir, field.type).map((wrong) => `{${[...least(field), `"${field.name.wire}":${wrong}`].join()}}`),
    ]),
  ];
}

function wrongFor(ir: ContractIr, type: Type): string[] {
  const without = (...right: string[]) => WRONG.filter((value) => !right.includes(value));
  switch (type.kind) {
    case 'string':
      return without('"?"');
    case 'bytes':
      return [...without(), '"AP8"', '"AP9="', '"AP8=\\n"'];
    case 'bool':
      return without('true');
    case 'int': {
      const [lowest, highest] = limits(type);
      return [...without('1'), String(lowest - 1n), String(highest + 1n), '"1"', '1e400'];
    }
    case 'float':
      return without('1', '1.5');
    case 'json':
      return [];
    case 'object':
      return without('{}');
    case 'const':
      return without();
    case 'array':
      return [...without('[]'), ...wrongFor(ir, type.items).map((wrong) => `[${wrong}]`)];
    case 'map':
      return [...without('{}'), ...wrongFor(ir, type.values).map((wrong) => `{"k":${wrong}}`)];
    case 'ref': {
      const declaration = declarationOf(ir, type.name);
      if (declaration.kind === 'alias') return wrongFor(ir, declaration.type);
      if (declaration.kind === 'enum') return without();
      return declaration.kind === 'struct' && !declaration.fields.some((field) => field.required)
        ? without('{}')
        : without();
    }
  }
}
