import { goBlock, goColumns, goComment, goMember, goText } from './go-names.js';
import type { ContractIr, Declaration, Field, Struct, Type } from './ir.js';

/** The imports that the declarations of a contract need. */
export function goJsonImports(ir: ContractIr): string[] {
  const types = ir.declarations.flatMap((one) =>
    one.kind === 'struct'
      ? one.fields.map(({ type }) => goJsonType(type))
      : one.kind === 'alias'
        ? [goJsonType(one.type)]
        : [],
  );
  const uses = (prefix: string) => types.some((type) => type.includes(prefix));
  const packages = [...(uses('json.') ? ['encoding/json'] : []), ...(uses('time.') ? ['time'] : [])];
  if (packages.length === 0) return [];
  return [`import (\n${packages.map((name) => `\t${goText(name)}`).join('\n')}\n)`];
}

/**
 * A declaration that encoding/json reads and writes by itself: a field that the wire calls by a
 * Go name has no tag, and zero values are written as the host writes them.
 * @throws RangeError for a union, which Go's encoding/json has no word for
 */
export function goJsonDeclaration(ir: ContractIr, declaration: Declaration): string {
  const name = declaration.name.pascal;
  const comment = goComment(`${name}: ${declaration.description}`);
  switch (declaration.kind) {
    case 'struct':
      return struct(declaration, comment);
    case 'enum':
      return goBlock([
        comment,
        `type ${name} string`,
        '',
        'const (',
        ...goColumns(
          declaration.values.map((one) => [`${name}${one.pascal}`, `${name} = ${goText(one.wire)}`] as const),
        ),
        ')',
      ]);
    case 'alias':
      return goBlock([comment, `type ${name} = ${goJsonType(declaration.type)}`]);
    case 'union':
      throw new RangeError(`the union ${name} of ${ir.profile} cannot be written for encoding/json`);
  }
}

function struct(declaration: Struct, comment: string): string {
  const name = declaration.name.pascal;
  if (declaration.fields.length === 0) return goBlock([comment, `type ${name} struct{}`]);
  return goBlock([
    comment,
    `type ${name} struct {`,
    ...goFields(declaration.fields.map(member)),
    '}',
    ...tie(declaration),
  ]);
}

/** A field of a Go struct. */
export interface GoStructField {
  readonly comment: string;
  readonly name: string;
  readonly type: string;
  /** With its backquotes; empty when the field needs none. */
  readonly tag: string;
}

function member(field: Field): GoStructField {
  const name = goMember(field.name);
  const options = field.omitEmpty ? ',omitempty' : '';
  const wire = name === field.name.wire ? '' : field.name.wire;
  const tag = wire === '' && options === '' ? '' : `\`json:"${wire}${options}"\``;
  return { comment: field.description, name, type: `${field.pointer ? '*' : ''}${goJsonType(field.type)}`, tag };
}

/** The lines of fields as gofmt aligns them: in columns, unless comments stand between them. */
export function goFields(fields: readonly GoStructField[]): string[] {
  if (fields.some(({ comment }) => comment !== '')) {
    return fields.flatMap(({ comment, name, type, tag }, at) => [
      ...(at === 0 ? [] : ['']),
      ...(comment === '' ? [] : [goComment(comment, '\t')]),
      `\t${[name, type, tag].join(' ').trimEnd()}`,
    ]);
  }
  const nameWidth = Math.max(...fields.map(({ name }) => name.length));
  return fields.map(({ name, type, tag }, at) => {
    const typeWidth = tag === '' ? 0 : Math.max(...taggedRun(fields, at).map((one) => one.type.length));
    return `\t${name.padEnd(nameWidth)} ${`${type.padEnd(typeWidth)} ${tag}`.trimEnd()}`;
  });
}

/** The neighbours with a tag, which share a column with it. */
function taggedRun(fields: readonly GoStructField[], at: number): readonly GoStructField[] {
  let [from, to] = [at, at + 1];
  while (fields[from - 1] !== undefined && fields[from - 1]?.tag !== '') from -= 1;
  while (fields[to] !== undefined && fields[to]?.tag !== '') to += 1;
  return fields.slice(from, to);
}

/** The fields that tie callbacks to a call; the SDK fills them in and authors need not. */
const TIES = { host_callback_id: 'callback', stream_id: 'stream' } as const;

/** How the SDK finds out what a request is tied to. Callbacks name streams too, but only calls carry both. */
function tie(declaration: Struct): string[] {
  const wires = declaration.fields.map((field) => field.name.wire);
  if (!wires.includes('host_callback_id')) return [];
  const values = Object.keys(TIES).flatMap((wire) => {
    const field = declaration.fields.find((one) => one.name.wire === wire);
    return field === undefined ? [] : [`${TIES[wire as keyof typeof TIES]}: &r.${goMember(field.name)}`];
  });
  return ['', `func (r *${declaration.name.pascal}) ties() ties {`, `\treturn ties{${values.join(', ')}}`, '}'];
}

/** The Go spelling of a type. */
export function goJsonType(type: Type): string {
  switch (type.kind) {
    case 'string':
      return type.time === true ? 'time.Time' : 'string';
    case 'const':
      return 'string';
    case 'bytes':
      return '[]byte';
    case 'bool':
      return 'bool';
    case 'int':
      if (type.unit === 'ns') return 'time.Duration';
      return `${type.signed ? 'int' : 'uint'}${type.bits}`;
    case 'float':
      return 'float64';
    case 'json':
      return 'json.RawMessage';
    case 'object':
      return 'map[string]any';
    case 'array':
      return `[]${goJsonType(type.items)}`;
    case 'map':
      return `map[string]${goJsonType(type.values)}`;
    case 'ref':
      return type.name;
  }
}
