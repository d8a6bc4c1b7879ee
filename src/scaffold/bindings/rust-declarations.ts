import type { Declaration, Enum, Field, Name, Struct, Type, Union, Variant } from './ir.js';
import { nameOf } from './names.js';
import {
  RUST_CHAIN,
  RUST_WIDTH,
  rustBlock,
  rustConstant,
  rustDoc,
  rustNew,
  rustText,
  rustType,
  rustWord,
} from './rust-text.js';

type Kinds = ReadonlyMap<string, Declaration>;

/**
 * One declaration with its conversions from and to JSON.
 * @param kinds all declarations of the contract by name
 */
export function rustDeclaration(declaration: Declaration, kinds: Kinds): string {
  switch (declaration.kind) {
    case 'struct':
      return structText(declaration, kinds);
    case 'union':
      return unionText(declaration, kinds);
    case 'enum':
      return enumText(declaration);
    case 'alias':
      return rustBlock(
        ...rustDoc(declaration.description),
        `pub type ${declaration.name.pascal} = ${rustType(declaration.type)};`,
      );
  }
}

function structText(struct: Struct, kinds: Kinds): string {
  const name = struct.name.pascal;
  const fields = struct.fields.filter((field) => field.type.kind !== 'const');
  return rustBlock(
    ...rustDoc(struct.description),
    `#[derive(Clone, Debug${hasDefault(struct, kinds) ? ', Default' : ''}, PartialEq)]`,
    `pub struct ${name} {`,
    ...fields.flatMap((field) => [
      ...rustDoc(field.description, '    '),
      `    pub ${rustWord(field.name.snake)}: ${fieldType(field)},`,
    ]),
    '    /// Fields that this version does not know; they survive a round trip.',
    '    pub extra: Map,',
    '}',
    '',
    `impl ${name} {`,
    ...constructorLines(fields),
    '}',
    '',
    `impl Wire for ${name} {`,
    '    fn from_json(value: Value) -> Result<Self, Mismatch> {',
    ...readLines(struct.fields),
    '    }',
    '',
    '    fn into_json(self) -> Value {',
    ...writeLines(struct.fields),
    '    }',
    '}',
  );
}

/** Whether every required field has a value that goes without saying. */
function hasDefault(struct: Struct, kinds: Kinds): boolean {
  return struct.fields.every((field) => {
    if (!field.required || field.type.kind !== 'ref') return true;
    const target = kinds.get(field.type.name);
    return target?.kind === 'struct' && hasDefault(target, kinds);
  });
}

/** `new` takes what is required, in wire order; the rest is unset. */
function constructorLines(fields: readonly Field[]): string[] {
  const required = fields.filter((field) => field.required);
  const parameters = required.map((field) => `${rustWord(field.name.snake)}: ${parameterType(field.type)}`);
  return [
    '    /// A value with the required fields; the others are unset.',
    ...(parameters.length === 0 ? ['    #[allow(clippy::new_without_default, reason = "may be derived")]'] : []),
    ...rustNew(parameters),
    ...(fields.length === 0
      ? ['        Self { extra: Map::new() }']
      : [
          '        Self {',
          ...fields.map((field) => `            ${initialiser(field)},`),
          '            extra: Map::new(),',
          '        }',
        ]),
    '    }',
  ];
}

function initialiser(field: Field): string {
  const name = rustWord(field.name.snake);
  if (!field.required) return `${name}: None`;
  return isInto(field.type) ? `${name}: ${name}.into()` : name;
}

function isInto(type: Type): boolean {
  return type.kind === 'string' || type.kind === 'bytes';
}

function parameterType(type: Type): string {
  return isInto(type) ? `impl Into<${rustType(type)}>` : rustType(type);
}

function readLines(fields: readonly Field[]): string[] {
  const constants = fields.flatMap((field) =>
    field.type.kind === 'const'
      ? [`        fields.constant(${rustText(field.name.wire)}, ${rustText(field.type.value)})?;`]
      : [],
  );
  const members = fields.flatMap((field) => {
    if (field.type.kind === 'const') return [];
    const read = field.required ? 'required' : 'optional';
    return [`            ${rustWord(field.name.snake)}: fields.${read}(${rustText(field.name.wire)})?,`];
  });
  if (fields.length === 0) return ['        let fields = Fields::open(value)?;', ...selfLines(members)];
  return ['        let mut fields = Fields::open(value)?;', ...constants, ...selfLines(members)];
}

function selfLines(members: readonly string[]): string[] {
  return ['        Ok(Self {', ...members, '            extra: fields.rest(),', '        })'];
}

function writeLines(fields: readonly Field[]): string[] {
  if (fields.length === 0) return ['        Object::default().close(self.extra)'];
  const puts = fields.map((field) => {
    const wire = rustText(field.name.wire);
    if (field.type.kind === 'const') return `        object.put(${wire}, String::from(${rustText(field.type.value)}));`;
    const put = field.required ? 'put' : 'put_some';
    return `        object.${put}(${wire}, self.${rustWord(field.name.snake)});`;
  });
  return ['        let mut object = Object::default();', ...puts, '        object.close(self.extra)'];
}

function unionText(union: Union, kinds: Kinds): string {
  const name = union.name.pascal;
  const tag = rustText(union.tag);
  return rustBlock(
    ...rustDoc(union.description),
    '#[derive(Clone, Debug, PartialEq)]',
    `pub enum ${name} {`,
    ...union.variants.map((variant) => `    ${variant.tag.pascal}(${variant.struct}),`),
    ...(union.open ? ['    /// A kind that this version does not know, exactly as it came.', '    Other(Map),'] : []),
    '}',
    '',
    `impl ${name} {`,
    ...(union.open ? [] : [...words(union.variants.map((variant) => variant.tag)), '']),
    `    /// \`${union.tag}\` on the wire.`,
    `    pub fn ${rustWord(nameOf(union.tag).snake)}(&self) -> &str {`,
    '        match self {',
    ...union.variants.map(({ tag: { pascal, wire } }) => `            Self::${pascal}(_) => ${rustText(wire)},`),
    ...(union.open ? otherTag(tag) : []),
    '        }',
    '    }',
    '}',
    '',
    `impl Wire for ${name} {`,
    '    fn from_json(value: Value) -> Result<Self, Mismatch> {',
    `        match value.get(${tag}).and_then(Value::as_str) {`,
    ...union.variants.flatMap((variant) => matchRead(variant.tag, `${variant.struct}::from_json(value)`)),
    ...(union.open
      ? [
          '            Some(_) => Map::from_json(value).map(Self::Other),',
          `            None => Err(Mismatch::new("a text is missing").at(${tag})),`,
        ]
      : [`            _ => Err(Mismatch::not_one_of(Self::WORDS).at(${tag})),`]),
    '        }',
    '    }',
    '',
    '    fn into_json(self) -> Value {',
    '        match self {',
    ...union.variants.map((variant) => `            Self::${variant.tag.pascal}(value) => value.into_json(),`),
    ...(union.open ? ['            Self::Other(object) => Value::Object(object),'] : []),
    '        }',
    '    }',
    '}',
    ...union.variants.flatMap((variant) => [
      ...fromLines(name, variant.struct, `Self::${variant.tag.pascal}(value)`),
      ...innerLines(name, variant, kinds),
    ]),
  );
}

/** The tag of an unknown kind, broken where rustfmt would break it. */
function otherTag(tag: string): string[] {
  const calls = [`.get(${tag})`, '.and_then(Value::as_str)', '.unwrap_or("")'];
  const arm = '            Self::Other(object) => object';
  if (`object${calls.join('')}`.length <= RUST_CHAIN) return [`${arm}${calls.join('')},`];
  return [arm, ...calls.map((call, index) => `                ${call}${index === calls.length - 1 ? ',' : ''}`)];
}

/** A variant that only wraps a struct is made from that struct, too. */
function innerLines(union: string, variant: Variant, kinds: Kinds): string[] {
  const struct = kinds.get(variant.struct);
  const fields = struct?.kind === 'struct' ? struct.fields.filter(({ type }) => type.kind !== 'const') : [];
  const [field] = fields;
  if (field?.type.kind !== 'ref' || fields.length > 1 || kinds.get(field.type.name)?.kind !== 'struct') return [];
  return fromLines(union, field.type.name, `${variant.struct}::new(value).into()`);
}

function fromLines(target: string, source: string, made: string): string[] {
  return [
    '',
    `impl From<${source}> for ${target} {`,
    `    fn from(value: ${source}) -> Self {`,
    `        ${made}`,
    '    }',
    '}',
  ];
}

/** The constant that error messages quote. */
function words(values: readonly Name[]): string[] {
  return rustConstant('    ', 'WORDS', rustText(values.map((value) => value.wire).join(', ')));
}

/** One arm, broken where rustfmt would break it. */
function matchRead(tag: Name, read: string): string[] {
  const line = `            Some(${rustText(tag.wire)}) => ${read}.map(Self::${tag.pascal}),`;
  if (line.length <= RUST_WIDTH) return [line];
  return [
    `            Some(${rustText(tag.wire)}) => {`,
    `                ${read}.map(Self::${tag.pascal})`,
    '            }',
  ];
}

function enumText(type: Enum): string {
  const name = type.name.pascal;
  return rustBlock(
    ...rustDoc(type.description),
    '#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]',
    `pub enum ${name} {`,
    ...type.values.map((value) => `    ${value.pascal},`),
    '}',
    '',
    `impl ${name} {`,
    ...words(type.values),
    '',
    '    /// The word on the wire.',
    "    pub fn as_str(self) -> &'static str {",
    '        match self {',
    ...type.values.map((value) => `            Self::${value.pascal} => ${rustText(value.wire)},`),
    '        }',
    '    }',
    '}',
    '',
    `impl Wire for ${name} {`,
    '    fn from_json(value: Value) -> Result<Self, Mismatch> {',
    '        match value.as_str() {',
    ...type.values.map((value) => `            Some(${rustText(value.wire)}) => Ok(Self::${value.pascal}),`),
    '            _ => Err(Mismatch::not_one_of(Self::WORDS)),',
    '        }',
    '    }',
    '',
    '    fn into_json(self) -> Value {',
    '        Value::String(self.as_str().to_owned())',
    '    }',
    '}',
  );
}

function fieldType(field: Field): string {
  const type = rustType(field.type);
  return field.required ? type : `Option<${type}>`;
}
