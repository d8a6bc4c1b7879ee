import { goReadBody, goWriteBody } from './c-go-codec.js';
import { cType, literal, memberName, presence, resolve, typeWord } from './c-names.js';
import { otherTag, unionTag } from './c-types.js';
import { writePlain } from './c-values.js';
import type { ContractIr, Declaration, Enum, Field, Struct, Type, Union } from './ir.js';
import { declarationOf } from './ir.js';

const BUILT_IN = new Set<Type['kind']>(['string', 'bytes', 'bool', 'int', 'float', 'json', 'object']);

/** Whether a type needs generated functions to be read and written. */
export function needsCodec(type: Type): boolean {
  return !BUILT_IN.has(type.kind) && type.kind !== 'const';
}

/** First line of a type's reading function, without the brace. */
export function readHead(ir: ContractIr, type: Type): string {
  const word = typeWord(ir, type);
  return `bool cpex_read_${word}(cpex_reader *reader, const cpex_place *at, cpex_${word} *out)`;
}

/** First line of a type's writing function, without the brace. */
export function writeHead(ir: ContractIr, type: Type): string {
  const word = typeWord(ir, type);
  return `cpex_json *cpex_${word}_json(cpex_arena *arena, ${parameter(ir, type)})`;
}

function parameter(ir: ContractIr, type: Type): string {
  const isEnum = type.kind === 'ref' && declarationOf(ir, type.name).kind === 'enum';
  return isEnum ? `${cType(ir, type)}value` : `const ${cType(ir, type)}*value`;
}

export function readFunction(ir: ContractIr, type: Type): string[] {
  return [
    `${readHead(ir, type)} {`,
    ...indent(ir.encoding === 'go-json' ? goReadBody(ir, type) : readBody(ir, type)),
    '}',
    '',
  ];
}

export function writeFunction(ir: ContractIr, type: Type): string[] {
  return [
    `${writeHead(ir, type)} {`,
    ...indent(ir.encoding === 'go-json' ? goWriteBody(ir, type) : writeBody(ir, type)),
    '}',
    '',
  ];
}

function readBody(ir: ContractIr, type: Type): string[] {
  if (type.kind === 'array') return readArray(ir, type.items);
  if (type.kind === 'map') return readMap(ir, type.values);
  const declaration = declared(ir, type);
  if (declaration.kind === 'enum') return readEnum(declaration);
  if (declaration.kind === 'union') return readUnion(ir, declaration);
  return readStruct(ir, declaration);
}

function writeBody(ir: ContractIr, type: Type): string[] {
  if (type.kind === 'array') return writeArray(ir, type.items);
  if (type.kind === 'map') return writeMap(ir, type.values);
  const declaration = declared(ir, type);
  if (declaration.kind === 'enum') return writeEnum(declaration);
  if (declaration.kind === 'union') return writeUnion(ir, declaration);
  return writeStruct(ir, declaration);
}

function declared(ir: ContractIr, type: Type): Exclude<Declaration, { kind: 'alias' }> {
  if (type.kind !== 'ref') throw new RangeError(`no functions are generated for ${type.kind}`);
  const declaration = declarationOf(ir, type.name);
  if (declaration.kind === 'alias') throw new RangeError(`${type.name} is an alias`);
  return declaration;
}

function readStruct(ir: ContractIr, declaration: Struct): string[] {
  const lines = ['const cpex_json *object;', 'memset(out, 0, sizeof *out);'];
  lines.push('if (!cpex_read_object(reader, at, &object)) return false;', 'out->json = object;');
  for (const field of declaration.fields) lines.push('{', ...indent(readField(ir, field)), '}');
  return [...lines, 'return true;'];
}

function readField(ir: ContractIr, field: Field): string[] {
  const call = readCall(ir, field.type, '&field', `&out->${memberName(ir, field.name.snake)}`);
  const lines = [`cpex_place field = cpex_place_field(at, ${literal(field.name.wire)});`];
  if (field.required) return [...lines, `if (!${call}) return false;`];
  lines.push(`if (field.value != NULL && !${call}) return false;`);
  if (presence(ir, field.type) === 'flag') lines.push(`out->has_${field.name.snake} = field.value != NULL;`);
  return lines;
}

function readCall(ir: ContractIr, unresolved: Type, place: string, target: string): string {
  const type = resolve(ir, unresolved);
  if (type.kind === 'const') return `cpex_read_const(reader, ${place}, ${literal(type.value)})`;
  return `cpex_read_${typeWord(ir, type)}(reader, ${place}, ${target})`;
}

function readChildren(fill: readonly string[], allocate: string, check: string): string[] {
  return [
    'const cpex_json *container;',
    `if (!${check}(reader, at, &container)) return false;`,
    `${allocate} *items = cpex_alloc_array(reader->arena, cpex_json_count(container), sizeof *items);`,
    'size_t count = 0;',
    'if (items == NULL) return false;',
    'for (const cpex_json *child = cpex_json_first(container); child != NULL; child = cpex_json_next(child)) {',
    '  cpex_place item = cpex_place_child(at, child, count);',
    ...indent(fill),
    '  count++;',
    '}',
    'out->items = items;',
    'out->count = count;',
    'return true;',
  ];
}

function readArray(ir: ContractIr, items: Type): string[] {
  const fill = [`if (!${readCall(ir, items, '&item', '&items[count]')}) return false;`];
  return readChildren(fill, cType(ir, items).trim(), 'cpex_read_array');
}

function readMap(ir: ContractIr, values: Type): string[] {
  const fill = [
    'items[count].key = cpex_json_key(child);',
    `if (!${readCall(ir, values, '&item', '&items[count].value')}) return false;`,
  ];
  return readChildren(fill, `cpex_${typeWord(ir, values)}_entry`, 'cpex_read_object');
}

function readEnum(declaration: Enum): string[] {
  const list = declaration.values.map((value) => JSON.stringify(value.wire)).join(', ');
  return [
    'cpex_str text;',
    'if (!cpex_read_text(reader, at, &text)) return false;',
    ...declaration.values.map(
      (value) =>
        `if (cpex_is(text, ${literal(value.wire)})) return *out = CPEX_${declaration.name.upper}_${value.upper}, true;`,
    ),
    `return cpex_mismatch(reader, at, ${literal(`one of ${list}`)});`,
  ];
}

function readUnion(ir: ContractIr, declaration: Union): string[] {
  const list = declaration.variants.map((one) => JSON.stringify(one.tag.wire)).join(', ');
  const lines = [
    'const cpex_json *object;',
    'cpex_str tag;',
    'memset(out, 0, sizeof *out);',
    'if (!cpex_read_object(reader, at, &object)) return false;',
    ...(declaration.open ? ['out->json = object;'] : []),
    `cpex_place field = cpex_place_field(at, ${literal(declaration.tag)});`,
    'if (!cpex_read_text(reader, &field, &tag)) return false;',
  ];
  for (const variant of declaration.variants) {
    const target = `&out->as.${memberName(ir, variant.tag.snake)}`;
    lines.push(
      `if (cpex_is(tag, ${literal(variant.tag.wire)})) {`,
      `  out->tag = ${unionTag(declaration, variant)};`,
      `  return ${readCall(ir, { kind: 'ref', name: variant.struct }, 'at', target)};`,
      '}',
    );
  }
  if (declaration.open) return [...lines, `out->tag = ${otherTag(declaration)};`, 'return true;'];
  return [...lines, `return cpex_mismatch(reader, &field, ${literal(`one of ${list}`)});`];
}

function writeStruct(ir: ContractIr, declaration: Struct): string[] {
  const lines = ['cpex_json *object = cpex_json_of_source(arena, value->json);'];
  for (const field of declaration.fields) lines.push(writeField(ir, field));
  return [...lines, 'return object;'];
}

function writeField(ir: ContractIr, field: Field): string {
  const member = `value->${memberName(ir, field.name.snake)}`;
  const key = literal(field.name.wire);
  const made = writeValue(ir, field.type, member);
  if (field.required) return `cpex_put(arena, object, ${key}, ${made});`;
  const present = {
    flag: `value->has_${field.name.snake}`,
    enum: `${member} != 0`,
    pointer: `${member} != NULL`,
    ptr: `${member}.ptr != NULL`,
    items: `${member}.items != NULL`,
  }[presence(ir, field.type)];
  return `cpex_put_optional(arena, object, ${key}, ${present}, ${present} ? ${made} : NULL);`;
}

/** An expression that makes the JSON of a C value. */
function writeValue(ir: ContractIr, unresolved: Type, value: string): string {
  const type = resolve(ir, unresolved);
  switch (type.kind) {
    case 'const':
      return `cpex_json_new_string(arena, cpex_text(${literal(type.value)}))`;
    case 'json':
    case 'object':
      return value;
    case 'string':
      return `cpex_json_of_text(arena, ${value})`;
    case 'bytes':
      return `cpex_json_of_bytes(arena, ${value})`;
    default:
      return writePlain(ir, type, value);
  }
}

function writeArray(ir: ContractIr, items: Type): string[] {
  return [
    'cpex_json *array = cpex_json_new_array(arena);',
    'for (size_t i = 0; i < value->count && arena->failure == NULL; i++) {',
    `  cpex_json_append(arena, array, ${writeValue(ir, items, 'value->items[i]')});`,
    '}',
    'return array;',
  ];
}

function writeMap(ir: ContractIr, values: Type): string[] {
  return [
    'cpex_json *object = cpex_json_new_object(arena);',
    'for (size_t i = 0; i < value->count && arena->failure == NULL; i++) {',
    `  cpex_json_set(arena, object, value->items[i].key, ${writeValue(ir, values, 'value->items[i].value')});`,
    '}',
    'return object;',
  ];
}

function writeEnum(declaration: Enum): string[] {
  return [
    'switch (value) {',
    ...declaration.values.flatMap((value) => [
      `  case CPEX_${declaration.name.upper}_${value.upper}:`,
      `    return cpex_json_new_string(arena, cpex_text(${literal(value.wire)}));`,
    ]),
    `  case CPEX_${declaration.name.upper}_UNSET:`,
    '  default:',
    '    return NULL;',
    '}',
  ];
}

function writeUnion(ir: ContractIr, declaration: Union): string[] {
  return [
    'switch (value->tag) {',
    ...declaration.variants.flatMap((one) => [
      `  case ${unionTag(declaration, one)}:`,
      `    return ${writeValue(ir, { kind: 'ref', name: one.struct }, `value->as.${memberName(ir, one.tag.snake)}`)};`,
    ]),
    ...(declaration.open ? [`  case ${otherTag(declaration)}:`, '    return cpex_json_copy(arena, value->json);'] : []),
    '  default:',
    '    return NULL;',
    '}',
  ];
}

function indent(lines: readonly string[]): string[] {
  return lines.map((line) => (line === '' ? '' : `  ${line}`));
}
