import { cType, literal, memberName, resolve, typeWord } from './c-names.js';
import { writePlain } from './c-values.js';
import type { ContractIr, Declaration, Enum, Field, Struct, Type } from './ir.js';
import { declarationOf } from './ir.js';

/*
 * Reading and writing as a Go peer does it with encoding/json: a missing field and null are the zero value, unknown
 * fields are dropped. Every field is written, with null or its zero value when unset, unless it is `omitempty`.
 */

/** Body of a type's reading function. */
export function goReadBody(ir: ContractIr, type: Type): string[] {
  if (type.kind === 'array') return readChildren(ir, type.items, 'array', []);
  if (type.kind === 'map') {
    return readChildren(ir, type.values, 'object', ['items[count].key = cpex_json_key(child);']);
  }
  const declaration = declared(ir, type);
  return declaration.kind === 'enum' ? readEnum(declaration) : readStruct(ir, declaration);
}

/** Body of a type's writing function. */
export function goWriteBody(ir: ContractIr, type: Type): string[] {
  if (type.kind === 'array') return writeArray(ir, type.items);
  if (type.kind === 'map') return writeMap(ir, type.values);
  const declaration = declared(ir, type);
  return declaration.kind === 'enum' ? writeEnum(declaration) : writeStruct(ir, declaration);
}

function declared(ir: ContractIr, type: Type): Enum | Struct {
  const declaration: Declaration | undefined = type.kind === 'ref' ? declarationOf(ir, type.name) : undefined;
  if (declaration?.kind === 'enum' || declaration?.kind === 'struct') return declaration;
  throw new RangeError(`a Go struct holds no ${declaration?.kind ?? type.kind}`);
}

function readStruct(ir: ContractIr, declaration: Struct): string[] {
  const lines = [
    'const cpex_json *object;',
    'memset(out, 0, sizeof *out);',
    'if (!cpex_is_there(at)) return true;',
    'if (!cpex_read_object(reader, at, &object)) return false;',
  ];
  const [first, ...rest] = declaration.fields;
  if (first === undefined) return [...lines, 'return true;'];
  lines.push('cpex_place field;');
  for (const field of [first, ...rest]) lines.push(...readField(ir, field));
  return [...lines, 'return true;'];
}

function readField(ir: ContractIr, field: Field): string[] {
  const place = `field = cpex_place_field(at, ${literal(field.name.wire)});`;
  const target = `out->${memberName(ir, field.name.snake)}`;
  if (!field.pointer) return [place, `if (!${readCall(ir, field.type, '&field', `&${target}`)}) return false;`];
  const word = typeWord(ir, field.type);
  return [
    place,
    'if (cpex_is_there(&field)) {',
    `  cpex_${word} *pointed = cpex_alloc(reader->arena, sizeof *pointed);`,
    `  if (pointed == NULL || !${readCall(ir, field.type, '&field', 'pointed')}) return false;`,
    `  ${target} = pointed;`,
    '}',
  ];
}

/** Built-in types have functions that take null for zero; the generated ones see to that themselves. */
function readCall(ir: ContractIr, unresolved: Type, place: string, target: string): string {
  const type = resolve(ir, unresolved);
  const verb = type.kind === 'array' || type.kind === 'map' || type.kind === 'ref' ? 'read' : 'take';
  return `cpex_${verb}_${typeWord(ir, type)}(reader, ${place}, ${target})`;
}

function readChildren(ir: ContractIr, values: Type, container: string, before: readonly string[]): string[] {
  const word = typeWord(ir, values);
  const item = container === 'array' ? cType(ir, values) : `cpex_${word}_entry `;
  const target = container === 'array' ? '&items[count]' : '&items[count].value';
  return [
    'const cpex_json *container;',
    'memset(out, 0, sizeof *out);',
    'if (!cpex_is_there(at)) return true;',
    `if (!cpex_read_${container}(reader, at, &container)) return false;`,
    `${item}*items = cpex_alloc_array(reader->arena, cpex_json_count(container), sizeof *items);`,
    'size_t count = 0;',
    'if (items == NULL) return false;',
    'for (const cpex_json *child = cpex_json_first(container); child != NULL; child = cpex_json_next(child)) {',
    '  cpex_place item = cpex_place_child(at, child, count);',
    ...before.map((line) => `  ${line}`),
    `  if (!${readCall(ir, values, '&item', target)}) return false;`,
    '  count++;',
    '}',
    'out->items = items;',
    'out->count = count;',
    'return true;',
  ];
}

/** A value that this version does not know is unset: a newer host may have more of them. */
function readEnum(declaration: Enum): string[] {
  const prefix = `CPEX_${declaration.name.upper}`;
  return [
    'cpex_str text;',
    'if (!cpex_take_text(reader, at, &text)) return false;',
    `*out = ${prefix}_UNSET;`,
    ...declaration.values.map((one) => `if (cpex_is(text, ${literal(one.wire)})) *out = ${prefix}_${one.upper};`),
    'return true;',
  ];
}

function writeStruct(ir: ContractIr, declaration: Struct): string[] {
  const lines = declaration.fields.length === 0 ? ['(void)value;'] : [];
  lines.push('cpex_json *object = cpex_json_new_object(arena);');
  for (const field of declaration.fields) lines.push(...writeField(ir, field));
  return [...lines, 'return object;'];
}

function writeField(ir: ContractIr, field: Field): string[] {
  const key = literal(field.name.wire);
  const member = `value->${memberName(ir, field.name.snake)}`;
  const made = field.pointer ? pointedValue(ir, field.type, member) : writeValue(ir, field.type, member);
  const put = `cpex_put(arena, object, ${key}, ${made});`;
  const present = field.pointer ? `${member} != NULL` : notEmpty(resolve(ir, field.type), member);
  return [field.omitEmpty && present !== undefined ? `if (${present}) ${put}` : put];
}

function pointedValue(ir: ContractIr, type: Type, member: string): string {
  return `${member} == NULL ? cpex_json_new_null(arena) : cpex_${typeWord(ir, type)}_json(arena, ${member})`;
}

/** Where Go's omitempty keeps a value; it never leaves out a struct. */
function notEmpty(type: Type, member: string): string | undefined {
  switch (type.kind) {
    case 'string':
      return type.time === true ? undefined : `${member}.len > 0`;
    case 'bytes':
      return `${member}.len > 0`;
    case 'bool':
      return member;
    case 'float':
    case 'int':
      return `${member} != 0`;
    case 'array':
    case 'map':
      return `${member}.count > 0`;
    case 'ref':
    case 'const':
      return undefined;
    case 'json':
    case 'object':
      return `${member} != NULL`;
  }
}

/** An expression that makes the JSON of a C value, whatever the value. */
function writeValue(ir: ContractIr, unresolved: Type, value: string): string {
  const type = resolve(ir, unresolved);
  switch (type.kind) {
    case 'json':
    case 'object':
      return `cpex_json_or_null(arena, ${value})`;
    case 'string':
      return `cpex_json_${type.time === true ? 'of_time' : 'new_string'}(arena, ${value})`;
    case 'bytes':
      return `cpex_json_of_any_bytes(arena, ${value})`;
    default:
      return writePlain(ir, type, value);
  }
}

function writeArray(ir: ContractIr, items: Type): string[] {
  return [
    'cpex_json *array = value->items == NULL ? cpex_json_new_null(arena) : cpex_json_new_array(arena);',
    'for (size_t i = 0; value->items != NULL && i < value->count && arena->failure == NULL; i++) {',
    `  cpex_json_append(arena, array, ${writeValue(ir, items, 'value->items[i]')});`,
    '}',
    'return array;',
  ];
}

function writeMap(ir: ContractIr, values: Type): string[] {
  return [
    'cpex_json *object = value->items == NULL ? cpex_json_new_null(arena) : cpex_json_new_object(arena);',
    'for (size_t i = 0; value->items != NULL && i < value->count && arena->failure == NULL; i++) {',
    `  cpex_json_set(arena, object, value->items[i].key, ${writeValue(ir, values, 'value->items[i].value')});`,
    '}',
    'return object;',
  ];
}

function writeEnum(declaration: Enum): string[] {
  return [
    'const char *text = "";',
    ...declaration.values.map(
      (one) => `if (value == CPEX_${declaration.name.upper}_${one.upper}) text = ${literal(one.wire)};`,
    ),
    'return cpex_json_new_string(arena, cpex_text(text));',
  ];
}
