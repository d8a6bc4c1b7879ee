import { type ContractIr, declarationOf, type Type } from './ir.js';

/** How Go spells, reads and writes the values of one type of the contract. */
export interface GoValue {
  /** `string`, `[]CommandSpec`, … */
  readonly type: string;
  /** Expression that takes the value from a reader `r`. */
  readonly read: string;
  /** Function with the signature `func(*reader) T`. */
  readonly readFunction: string;
  /** Statement that writes an expression to a writer `w`. */
  write(expression: string): string;
  /** Function with the signature `func(*writer, T)`. */
  readonly writeFunction: string;
  /** True where nil means absent, so that no pointer is needed for an optional field. */
  readonly nilable: boolean;
  /** True for generated structs and unions, which read and write themselves. */
  readonly selfish: boolean;
}

/**
 * The Go side of a type; a `const` has none, its value is written where its field stands.
 * @throws RangeError for a `const`, which only a field can be
 */
export function goValue(ir: ContractIr, type: Type): GoValue {
  switch (type.kind) {
    case 'string':
      return scalar('string', 'text');
    case 'bytes':
      return { ...scalar('[]byte', 'bytes'), nilable: true };
    case 'bool':
      return scalar('bool', 'bool');
    case 'int': {
      const name = `${type.signed ? 'int' : 'uint'}${type.bits}`;
      return scalar(name, name);
    }
    case 'float':
      return scalar('float64', 'float64');
    case 'json':
      return { ...scalar('json.RawMessage', 'raw'), nilable: true };
    case 'object':
      return { ...scalar('map[string]any', 'openObject'), nilable: true };
    case 'array':
      return container(goValue(ir, type.items), '[]', 'List');
    case 'map':
      return container(goValue(ir, type.values), 'map[string]', 'Map');
    case 'ref':
      return reference(ir, type.name);
    case 'const':
      throw new RangeError('a constant outside of a field');
  }
}

/** A value that the reader and the writer have a method for. */
function scalar(type: string, method: string): GoValue {
  return {
    type,
    read: `r.${method}()`,
    readFunction: `(*reader).${method}`,
    write: (expression) => `w.${method}(${expression})`,
    writeFunction: `(*writer).${method}`,
    nilable: false,
    selfish: false,
  };
}

function container(item: GoValue, prefix: string, kind: 'List' | 'Map'): GoValue {
  const type = `${prefix}${item.type}`;
  const read = `read${kind}(r, ${item.readFunction})`;
  const write = (expression: string): string => `write${kind}(w, ${expression}, ${item.writeFunction})`;
  return {
    type,
    read,
    readFunction: `func(r *reader) ${type} { return ${read} }`,
    write,
    writeFunction: `func(w *writer, v ${type}) { ${write('v')} }`,
    nilable: true,
    selfish: false,
  };
}

function reference(ir: ContractIr, name: string): GoValue {
  const declaration = declarationOf(ir, name);
  if (declaration.kind === 'alias') return { ...goValue(ir, declaration.type), type: name };
  if (declaration.kind === 'enum') {
    return {
      type: name,
      read: `read${name}(r)`,
      readFunction: `read${name}`,
      write: (expression) => `w.text(string(${expression}))`,
      writeFunction: `writeEnum[${name}]`,
      nilable: false,
      selfish: false,
    };
  }
  return {
    type: name,
    read: `readStruct[${name}](r)`,
    readFunction: `readStruct[${name}]`,
    write: (expression) => `${expression}.write(w)`,
    writeFunction: `writeStruct[${name}]`,
    nilable: false,
    selfish: true,
  };
}
