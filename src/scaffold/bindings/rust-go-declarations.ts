import type { Declaration, Enum, Field, Struct, Type } from './ir.js';
import { RUST_LITERAL, rustBlock, rustCall, rustDoc, rustNew, rustText, rustType, rustWord } from './rust-text.js';

/**
 * One declaration for a host written in Go: plain fields, each with a zero value that stands for null and for a
 * field that is missing. What is unknown is ignored, because nothing of it is sent back.
 * @throws RangeError for a tagged union, which Go's encoding/json does not have
 */
export function rustGoDeclaration(declaration: Declaration): string {
  switch (declaration.kind) {
    case 'struct':
      return declaration.fields.length === 0 ? emptyText(declaration) : structText(declaration);
    case 'enum':
      return enumText(declaration);
    case 'alias':
      return rustBlock(
        ...rustDoc(declaration.description),
        `pub type ${declaration.name.pascal} = ${goType(declaration.type)};`,
      );
    case 'union':
      throw new RangeError(`${declaration.name.pascal} is a union, which a host written in Go cannot have`);
  }
}

/** The type of a field: as everywhere, but times are a type of their own. */
export function goFieldType(field: Field): string {
  const type = goType(field.type);
  return field.pointer ? `Option<${type}>` : type;
}

function goType(type: Type): string {
  if (type.kind === 'string' && type.time === true) return 'Time';
  if (type.kind === 'array') return `Vec<${goType(type.items)}>`;
  if (type.kind === 'map') return `BTreeMap<String, ${goType(type.values)}>`;
  return rustType(type);
}

function emptyText(struct: Struct): string {
  return rustBlock(...rustDoc(struct.description), `pub type ${struct.name.pascal} = ();`);
}

function structText(struct: Struct): string {
  const name = struct.name.pascal;
  const { fields } = struct;
  return rustBlock(
    ...rustDoc(struct.description),
    '#[derive(Clone, Debug, Default, PartialEq)]',
    `pub struct ${name} {`,
    ...fields.flatMap((field) => [
      ...rustDoc(field.description, '    '),
      `    pub ${rustWord(field.name.snake)}: ${goFieldType(field)},`,
    ]),
    '}',
    ...constructorLines(name, fields),
    '',
    `impl Wire for ${name} {`,
    '    fn from_json(value: Value) -> Result<Self, Mismatch> {',
    '        let mut fields = Fields::open(value)?;',
    '        Ok(Self {',
    ...fields.map(
      (field) => `            ${rustWord(field.name.snake)}: fields.or_zero(${rustText(field.name.wire)})?,`,
    ),
    '        })',
    '    }',
    '',
    '    fn into_json(self) -> Value {',
    '        let mut object = Object::default();',
    ...fields.flatMap((field) => {
      const put = `        object.${field.omitEmpty ? 'put_unless_zero' : 'put'}`;
      return rustCall(put, [rustText(field.name.wire), `self.${rustWord(field.name.snake)}`], ');');
    }),
    '        object.close(Map::new())',
    '    }',
    '}',
  );
}

/** `new` takes what the host cannot do without, in wire order. */
function constructorLines(name: string, fields: readonly Field[]): string[] {
  const required = fields.filter((field) => field.required);
  if (required.length === 0) return [];
  const parameters = required.map((field) => `${rustWord(field.name.snake)}: ${parameterType(field)}`);
  return [
    '',
    `impl ${name} {`,
    '    /// A value with the fields that have to be set; the others are zero.',
    ...rustNew(parameters),
    ...valueLines([...required.map(initialiser), ...(required.length < fields.length ? ['..Self::default()'] : [])]),
    '    }',
    '}',
  ];
}

/** A struct literal; rustfmt keeps a short one on its line. */
function valueLines(members: readonly string[]): string[] {
  const short = members.join(', ');
  if (short.length <= RUST_LITERAL) return [`        Self { ${short} }`];
  return [
    '        Self {',
    ...members.map((member) => `            ${member}${member.startsWith('..') ? '' : ','}`),
    '        }',
  ];
}

function initialiser(field: Field): string {
  const name = rustWord(field.name.snake);
  return isInto(field) ? `${name}: ${name}.into()` : name;
}

function parameterType(field: Field): string {
  return isInto(field) ? `impl Into<${goFieldType(field)}>` : goFieldType(field);
}

function isInto({ type }: Field): boolean {
  return type.kind === 'bytes' || (type.kind === 'string' && type.time !== true);
}

/** A word from a list that may grow: what is not known is kept as it came, and nothing set is the empty word. */
function enumText(type: Enum): string {
  const name = type.name.pascal;
  return rustBlock(
    ...rustDoc(type.description),
    '#[derive(Clone, Debug, Eq, Hash, PartialEq)]',
    `pub enum ${name} {`,
    ...type.values.map((value) => `    ${value.pascal},`),
    '    /// A word that this version does not know.',
    '    Other(String),',
    '}',
    '',
    `impl ${name} {`,
    '    /// The word on the wire.',
    '    pub fn as_str(&self) -> &str {',
    '        match self {',
    ...type.values.map((value) => `            Self::${value.pascal} => ${rustText(value.wire)},`),
    '            Self::Other(word) => word,',
    '        }',
    '    }',
    '}',
    '',
    `impl Default for ${name} {`,
    '    fn default() -> Self {',
    '        Self::Other(String::new())',
    '    }',
    '}',
    '',
    `impl Wire for ${name} {`,
    '    fn from_json(value: Value) -> Result<Self, Mismatch> {',
    '        let word = String::from_json(value)?;',
    '        Ok(match word.as_str() {',
    ...type.values.map((value) => `            ${rustText(value.wire)} => Self::${value.pascal},`),
    '            _ => Self::Other(word),',
    '        })',
    '    }',
    '',
    '    fn into_json(self) -> Value {',
    '        Value::String(self.as_str().to_owned())',
    '    }',
    '}',
  );
}
