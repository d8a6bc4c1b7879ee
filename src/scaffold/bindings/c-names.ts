import { CpexError } from '../../support/errors.js';
import type { ContractIr, Declaration, Type } from './ir.js';
import { declarationOf } from './ir.js';

/** Words of the language, and names that the standard headers may define as macros. */
const KEYWORDS = new Set(
  `auto break case char const continue default do double else enum extern float for goto if inline int long register
   restrict return short signed sizeof static struct switch typedef union unsigned void volatile while bool true false
   errno stderr stdin stdout`.split(/\s+/),
);

/** Words after `cpex_` that the SDK uses for types of its own or for reading them. */
const SDK_WORDS = new Set(
  `arena arg array bool buffer bytes call command command_input config const double hook host_api int32 int64 json
   lifecycle lifecycle_answer lifecycle_input method object place plugin plugin_api reader runner running snapshot
   step_input step_result str text time uint32 uint64 verdict wire`.split(/\s+/),
);

/**
 * Refuses declarations that the SDK's own names leave no room for.
 * @throws CpexError `CPEX_E_CONTRACT_UNSUPPORTED`
 */
export function checkNames(ir: ContractIr): void {
  for (const { name } of ir.declarations) {
    if (!SDK_WORDS.has(name.snake)) continue;
    throw new CpexError(
      'CPEX_E_CONTRACT_UNSUPPORTED',
      `The C SDK has a cpex_${name.snake} of its own: ${name.pascal}.`,
      {
        remedy: 'Give the type another name in types.json.',
      },
    );
  }
}

/** Name of a struct member. With plain JSON `json` is taken by a member that every generated struct has. */
export function memberName(ir: Pick<ContractIr, 'encoding'>, snake: string): string {
  const name = snake.replace(/(^|_)git_hub(?=_|$)/, '$1github').replace(/(^|_)o_auth(?=_|$)/, '$1oauth');
  return KEYWORDS.has(name) || (ir.encoding === 'json' && name === 'json') ? `${name}_` : name;
}

/** The type behind aliases. */
export function resolve(ir: ContractIr, type: Type): Type {
  if (type.kind !== 'ref') return type;
  const declaration = declarationOf(ir, type.name);
  return declaration.kind === 'alias' ? resolve(ir, declaration.type) : type;
}

/** The word for a type inside the names of lists, maps and functions: `text`, `uint64`, `violation`, `text_list`. */
export function typeWord(ir: ContractIr, unresolved: Type): string {
  const type = resolve(ir, unresolved);
  switch (type.kind) {
    case 'string':
      return type.time === true && ir.encoding === 'go-json' ? 'time' : 'text';
    case 'const':
      return 'text';
    case 'bytes':
    case 'bool':
    case 'json':
    case 'object':
      return type.kind;
    case 'float':
      return 'double';
    case 'int':
      return `${type.signed ? '' : 'u'}int${type.bits}`;
    case 'array':
      return `${typeWord(ir, type.items)}_list`;
    case 'map':
      return `${typeWord(ir, type.values)}_map`;
    case 'ref':
      return declarationOf(ir, type.name).name.snake;
  }
}

/** The C type of a value, as it is written before a name. */
export function cType(ir: ContractIr, unresolved: Type): string {
  const type = resolve(ir, unresolved);
  switch (type.kind) {
    case 'string':
      return typeWord(ir, type) === 'time' ? 'cpex_time ' : 'cpex_str ';
    case 'const':
      return 'cpex_str ';
    case 'bytes':
      return 'cpex_bytes ';
    case 'bool':
      return 'bool ';
    case 'float':
      return 'double ';
    case 'int':
      return `${typeWord(ir, type)}_t `;
    case 'json':
    case 'object':
      return 'const cpex_json *';
    default:
      return `cpex_${typeWord(ir, type)} `;
  }
}

/** What tells that an optional value is there: a flag of its own, or the value itself. */
export function presence(ir: ContractIr, unresolved: Type): 'flag' | 'pointer' | 'ptr' | 'items' | 'enum' {
  const type = resolve(ir, unresolved);
  switch (type.kind) {
    case 'string':
    case 'const':
    case 'bytes':
      return 'ptr';
    case 'json':
    case 'object':
      return 'pointer';
    case 'array':
    case 'map':
      return 'items';
    case 'ref':
      return declarationOf(ir, type.name).kind === 'enum' ? 'enum' : 'flag';
    default:
      return 'flag';
  }
}

/** Types that a type holds or points to directly. */
function partsOf(ir: ContractIr, declaration: Declaration): Type[] {
  switch (declaration.kind) {
    case 'struct':
      return declaration.fields.map((field) => resolve(ir, field.type));
    case 'union':
      return declaration.variants.map((variant) => ({ kind: 'ref', name: variant.struct }));
    case 'alias':
      return [resolve(ir, declaration.type)];
    case 'enum':
      return [];
  }
}

/** Every type that can be reached from some declarations, containers included; inner types first where possible. */
export function reachable(ir: ContractIr, roots: readonly string[]): Type[] {
  const found = new Map<string, Type>();
  const entered = new Set<string>();
  const visit = (unresolved: Type): void => {
    const type = resolve(ir, unresolved);
    const key = `${type.kind}:${typeWord(ir, type)}`;
    if (entered.has(key)) return;
    entered.add(key);
    if (type.kind === 'array') visit(type.items);
    if (type.kind === 'map') visit(type.values);
    if (type.kind === 'ref') for (const part of partsOf(ir, declarationOf(ir, type.name))) visit(part);
    found.set(key, type);
  };
  for (const name of roots) visit({ kind: 'ref', name });
  return [...found.values()];
}

/** A C comment on one line. */
export function comment(text: string): string {
  return `/* ${text.replaceAll('*/', '* /').replaceAll(/\s+/g, ' ').trim()} */`;
}

/** A C string literal. Non-ASCII text stays as it is: the sources are UTF-8. */
export function literal(text: string): string {
  const escaped = text
    .replaceAll(/[\\"]/g, '\\$&')
    .replaceAll('\n', '\\n')
    .replaceAll('\t', '\\t')
    .replaceAll('??', '?\\?');
  return `"${escaped}"`;
}
