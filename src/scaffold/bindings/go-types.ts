import { goBlock, goColumns, goComment, goField, goText } from './go-names.js';
import { goValue } from './go-values.js';
import {
  type Alias,
  type ContractIr,
  type Declaration,
  declarationOf,
  type Enum,
  type Field,
  type Struct,
  type Union,
  type Variant,
} from './ir.js';
import { nameOf } from './names.js';

/** The Go text of one declaration, with a line end. */
export function goDeclaration(ir: ContractIr, declaration: Declaration): string {
  switch (declaration.kind) {
    case 'struct':
      return struct(ir, declaration);
    case 'union':
      return union(ir, declaration);
    case 'enum':
      return enumeration(declaration);
    case 'alias':
      return alias(ir, declaration);
  }
}

/** A field as Go has it: constants of the wire have no field. */
interface GoMember {
  readonly wire: string;
  readonly required: boolean;
  /** Lines inside the struct. */
  readonly declaration: readonly string[];
  readonly read: readonly string[];
  readonly write: readonly string[];
}

function struct(ir: ContractIr, declaration: Struct): string {
  const name = declaration.name.pascal;
  const members = declaration.fields.map((field) => member(ir, name, field));
  const required = members.filter((field) => field.required);
  return goBlock([
    goComment(`${name}: ${declaration.description}`),
    `type ${name} struct {`,
    ...members.flatMap((field) => (field.declaration.length === 0 ? [] : [...field.declaration, ''])),
    '\t// Extra holds the members that this type does not know. They are passed on.',
    '\tExtra map[string]json.RawMessage',
    '}',
    '',
    `func (v *${name}) read(r *reader) {`,
    `\t*v = ${name}{}`,
    ...(required.length === 0 ? [] : [`\tvar ${required.map((field) => has(field)).join(', ')} bool`]),
    '\tfor r.object(); r.nextKey(); {',
    ...(members.length === 0
      ? ['\t\tr.extra(&v.Extra)']
      : [
          '\t\tswitch string(r.key) {',
          ...members.flatMap((field) => [
            `\t\tcase ${goText(field.wire)}:`,
            ...(field.required ? [`\t\t\t${has(field)} = true`] : []),
            ...field.read.map((line) => `\t\t\t${line}`),
          ]),
          '\t\tdefault:',
          '\t\t\tr.extra(&v.Extra)',
          '\t\t}',
        ]),
    '\t}',
    ...required.map((field) => `\tr.need(${has(field)}, ${goText(field.wire)})`),
    '}',
    '',
    `func (v *${name}) write(w *writer) {`,
    '\tw.object()',
    ...members.flatMap((field) => field.write.map((line) => `\t${line}`)),
    `\tw.extra(${['v.Extra', ...members.map((field) => goText(field.wire))].join(', ')})`,
    '\tw.endObject()',
    '}',
    '',
    ...jsonMethods(name),
  ]);
}

function has(field: GoMember): string {
  return `has${field.wire
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('')}`;
}

function member(ir: ContractIr, owner: string, field: Field): GoMember {
  const { wire } = field.name;
  const key = `w.key(${goText(wire)})`;
  if (field.type.kind === 'const') {
    const text = goText(field.type.value);
    return {
      wire,
      required: field.required,
      declaration: [],
      read: [`r.oneOf(${text})`],
      write: [key, `w.text(${text})`],
    };
  }
  const name = goField(field.name);
  if (name === 'Extra') throw new RangeError(`${owner}.${wire} clashes with the field for unknown members`);
  const value = goValue(ir, field.type);
  const place = `v.${name}`;
  const pointer = !field.required && !value.nilable;
  const comment = field.description === '' ? [] : [goComment(field.description, '\t')];
  return {
    wire,
    required: field.required,
    declaration: [...comment, `\t${name} ${pointer ? '*' : ''}${value.type}`],
    read: readLines(place, pointer, value),
    write: field.required
      ? [key, value.write(place)]
      : [`if ${place} != nil {`, `\t${key}`, `\t${value.write(pointer && !value.selfish ? `*${place}` : place)}`, '}'],
  };
}

function readLines(place: string, pointer: boolean, value: ReturnType<typeof goValue>): string[] {
  if (value.selfish) return [...(pointer ? [`${place} = new(${value.type})`] : []), `${place}.read(r)`];
  return [pointer ? `${place} = optional(${value.read})` : `${place} = ${value.read}`];
}

/** A struct with one pointer per variant: exactly one is set. */
function union(ir: ContractIr, declaration: Union): string {
  const name = declaration.name.pascal;
  const variants = declaration.variants.map((variant) => ({
    field: variant.tag.pascal,
    tag: goText(variant.tag.wire),
    struct: variant.struct,
  }));
  const { open } = declaration;
  const width = Math.max(...variants.map((variant) => variant.field.length));
  const tag = goField(nameOf(declaration.tag));
  const known = open ? [] : variants.map((variant) => variant.tag);
  return goBlock([
    goComment(`${name}: ${declaration.description}\nExactly one of its fields is set.`),
    `type ${name} struct {`,
    ...variants.map((variant) => `\t${variant.field.padEnd(width)} *${variant.struct}`),
    ...(open
      ? [
          '',
          `\t// Other is a ${name} of a kind that this type does not know, as JSON text. It is passed on as it is.`,
          '\tOther json.RawMessage',
        ]
      : []),
    '}',
    '',
    ...kindMethod(name, tag, declaration, variants),
    '',
    `func (v *${name}) read(r *reader) {`,
    `\t*v = ${name}{}`,
    `\tswitch r.tag(${[goText(declaration.tag), ...known].join(', ')}) {`,
    ...variants.flatMap((variant) => [
      `\tcase ${variant.tag}:`,
      `\t\tv.${variant.field} = new(${variant.struct})`,
      `\t\tv.${variant.field}.read(r)`,
    ]),
    ...(open ? ['\tdefault:', '\t\tv.Other = r.raw()'] : []),
    '\t}',
    '}',
    '',
    `func (v *${name}) write(w *writer) {`,
    '\tswitch {',
    ...variants.flatMap((variant) => [`\tcase v.${variant.field} != nil:`, `\t\tv.${variant.field}.write(w)`]),
    ...(open
      ? [
          '\tcase v.Other != nil:',
          `\t\tw.variant(v.Other, ${[goText(declaration.tag), ...variants.map((variant) => variant.tag)].join(', ')})`,
        ]
      : []),
    '\tdefault:',
    `\t\tw.fail(${goText(`a ${name} has none of its variants`)})`,
    '\t}',
    '}',
    '',
    ...jsonMethods(name),
    ...declaration.variants.flatMap((variant) => constructorOf(ir, declaration, variant)),
  ]);
}

/** A method that tells the variants apart, in the words of the wire. */
function kindMethod(
  name: string,
  method: string,
  declaration: Union,
  variants: readonly { readonly field: string; readonly tag: string }[],
): string[] {
  return [
    `// ${method} returns which variant it is, as the wire calls it; empty when none is set.`,
    `func (v *${name}) ${method}() string {`,
    '\tswitch {',
    ...variants.flatMap((variant) => [`\tcase v.${variant.field} != nil:`, `\t\treturn ${variant.tag}`]),
    '\t}',
    ...(declaration.open
      ? [`\tkind, _ := textMember(v.Other, ${goText(declaration.tag)})`, '\treturn kind']
      : ['\treturn ""']),
    '}',
  ];
}

/** For a variant that is one value and its tag: a function that makes the union from the value. */
function constructorOf(ir: ContractIr, declaration: Union, { tag, struct }: Variant): string[] {
  const variant = declarationOf(ir, struct);
  const fields = variant.kind === 'struct' ? variant.fields.filter(({ type }) => type.kind !== 'const') : [];
  const [field] = fields;
  const unions = ir.declarations.filter(
    (one) => one.kind === 'union' && one.variants.some((other) => other.struct === struct),
  );
  if (field === undefined || fields.length > 1 || !field.required || unions.length > 1) return [];
  const [name, member] = [declaration.name.pascal, goField(field.name)];
  const { type } = goValue(ir, field.type);
  return [
    '',
    `// New${struct} makes a ${name} of the kind ${goText(tag.wire)}.`,
    `func New${struct}(${field.name.snake} ${type}) ${name} {`,
    `\treturn ${name}{${tag.pascal}: &${struct}{${member}: ${field.name.snake}}}`,
    '}',
  ];
}

function enumeration(declaration: Enum): string {
  const name = declaration.name.pascal;
  const values = declaration.values.map((value) => goText(value.wire));
  return goBlock([
    goComment(`${name}: ${declaration.description}`),
    `type ${name} string`,
    '',
    'const (',
    ...goColumns(
      declaration.values.map((value) => [`${name}${value.pascal}`, `${name} = ${goText(value.wire)}`] as const),
    ),
    ')',
    '',
    `func read${name}(r *reader) ${name} {`,
    `\treturn ${name}(r.oneOf(${values.join(', ')}))`,
    '}',
  ]);
}

function alias(ir: ContractIr, declaration: Alias): string {
  return goBlock([
    goComment(`${declaration.name.pascal}: ${declaration.description}`),
    `type ${declaration.name.pascal} = ${goValue(ir, declaration.type).type}`,
  ]);
}

/** What encoding/json asks for, so that authors can use it with these types. */
function jsonMethods(name: string): string[] {
  return [
    '// MarshalJSON implements json.Marshaler.',
    `func (v ${name}) MarshalJSON() ([]byte, error) { return encode(&v) }`,
    '',
    '// UnmarshalJSON implements json.Unmarshaler.',
    `func (v *${name}) UnmarshalJSON(data []byte) error { return decode(data, v) }`,
  ];
}
