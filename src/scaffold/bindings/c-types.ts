import { comment, cType, memberName, presence, resolve, typeWord } from './c-names.js';
import type { ContractIr, Enum, Field, Struct, Type, Union, Variant } from './ir.js';
import { declarationOf } from './ir.js';

/** C declarations of some types, each after those that it holds by value. */
export function emitTypes(ir: ContractIr, types: readonly Type[]): string[] {
  const declarations = types.flatMap((type) => (type.kind === 'ref' ? [declarationOf(ir, type.name)] : []));
  const forward = declarations.filter((one) => one.kind === 'struct' || one.kind === 'union');
  return [
    ...declarations.filter((one) => one.kind === 'enum').flatMap(enumLines),
    ...forward.map((one) => `typedef struct cpex_${one.name.snake} cpex_${one.name.snake};`),
    '',
    ...inOrder(ir, types).flatMap((type) => typeLines(ir, type)),
  ];
}

/** Lists hold pointers, so the element's forward declaration is enough; all else must be complete. */
function inOrder(ir: ContractIr, types: readonly Type[]): Type[] {
  const done = new Map<string, Type>();
  const entered = new Set<string>();
  const need = (unresolved: Type): void => {
    const type = resolve(ir, unresolved);
    const word = typeWord(ir, type);
    if (entered.has(word)) return;
    if (type.kind === 'array') {
      if (type.items.kind !== 'ref') need(type.items);
    } else if (type.kind === 'map') {
      need(type.values);
    } else if (type.kind !== 'ref') {
      return;
    }
    entered.add(word);
    if (type.kind === 'ref') {
      const declaration = declarationOf(ir, type.name);
      if (declaration.kind === 'struct') for (const field of declaration.fields) need(field.type);
      if (declaration.kind === 'union') for (const one of declaration.variants) need({ kind: 'ref', name: one.struct });
    }
    done.set(word, type);
  };
  for (const type of types) need(type);
  return [...done.values()];
}

function typeLines(ir: ContractIr, type: Type): string[] {
  if (type.kind === 'array') {
    const word = typeWord(ir, type);
    const item = cType(ir, type.items);
    const pointer = item.endsWith('*') ? `${item}const *items;` : `const ${item}*items;`;
    return [`typedef struct cpex_${word} {`, `  ${pointer}`, '  size_t count;', `} cpex_${word};`, ''];
  }
  if (type.kind === 'map') {
    const word = typeWord(ir, type);
    const entry = `cpex_${typeWord(ir, type.values)}_entry`;
    return [
      `typedef struct ${entry} {`,
      '  cpex_str key;',
      `  ${cType(ir, type.values)}value;`,
      `} ${entry};`,
      '',
      `typedef struct cpex_${word} {`,
      `  const ${entry} *items;`,
      '  size_t count;',
      `} cpex_${word};`,
      '',
    ];
  }
  if (type.kind !== 'ref') return [];
  const declaration = declarationOf(ir, type.name);
  if (declaration.kind === 'struct') return structLines(ir, declaration);
  return declaration.kind === 'union' ? unionLines(ir, declaration) : [];
}

function enumLines(declaration: Enum): string[] {
  const name = `cpex_${declaration.name.snake}`;
  const prefix = `CPEX_${declaration.name.upper}`;
  return [
    comment(declaration.description),
    `typedef enum ${name} {`,
    `  ${prefix}_UNSET,`,
    ...declaration.values.map(
      (value, index) => `  ${prefix}_${value.upper}${index === declaration.values.length - 1 ? '' : ','}`,
    ),
    `} ${name};`,
    '',
  ];
}

function structLines(ir: ContractIr, declaration: Struct): string[] {
  const name = `cpex_${declaration.name.snake}`;
  const lines = [comment(declaration.description), `struct ${name} {`];
  for (const field of declaration.fields) {
    if (field.type.kind === 'const') continue;
    const member = memberName(ir, field.name.snake);
    if (ir.encoding === 'go-json') {
      lines.push(...goMember(ir, field, member));
      continue;
    }
    lines.push(`  ${comment(`${field.description}${field.required ? '' : ` ${absence(ir, field.type, member)}`}`)}`);
    if (!field.required && presence(ir, field.type) === 'flag') lines.push(`  bool has_${field.name.snake};`);
    lines.push(`  ${cType(ir, field.type)}${member};`);
  }
  if (ir.encoding === 'go-json') return [...lines, ...(lines.length === 2 ? [EMPTY_MEMBER] : []), '};', ''];
  lines.push(
    '  /* What it was read from, with the fields that this version does not know; NULL for a new one. */',
    '  const cpex_json *json;',
    '};',
    '',
  );
  return lines;
}

/** C has no structs without members. */
const EMPTY_MEMBER = '  char none;';

/** Every value has a zero of its own; only a pointer can be absent. */
function goMember(ir: ContractIr, field: Field, member: string): string[] {
  const note = field.pointer ? `${field.description} NULL for none.`.trim() : field.description;
  const type = cType(ir, field.type);
  return [...(note === '' ? [] : [`  ${comment(note)}`]), `  ${field.pointer ? `const ${type}*` : type}${member};`];
}

function absence(ir: ContractIr, type: Type, member: string): string {
  switch (presence(ir, type)) {
    case 'flag':
      return 'Optional.';
    case 'enum':
      return 'Optional: unset when absent.';
    case 'pointer':
      return 'Optional: NULL when absent.';
    case 'ptr':
    case 'items':
      return `Optional: ${member}.${presence(ir, type)} is NULL when absent.`;
  }
}

function unionLines(ir: ContractIr, declaration: Union): string[] {
  const name = `cpex_${declaration.name.snake}`;
  const tags = declaration.variants.map((one) => unionTag(declaration, one));
  const words = declaration.open ? [...tags, otherTag(declaration)] : tags;
  return [
    `typedef enum ${name}_tag {`,
    ...words.map((word, index) => `  ${word}${index < words.length - 1 ? ',' : ''}`),
    `} ${name}_tag;`,
    '',
    comment(declaration.description),
    `struct ${name} {`,
    `  ${name}_tag tag;`,
    '  union {',
    ...declaration.variants.map(
      (one) => `    cpex_${declarationOf(ir, one.struct).name.snake} ${memberName(ir, one.tag.snake)};`,
    ),
    '  } as;',
    ...(declaration.open ? OPEN_MEMBER : []),
    '};',
    '',
    ...(declaration.open ? declaration.variants.flatMap((one) => accessorLines(ir, declaration, one)) : []),
  ];
}

/** What an open union has beside its variants. */
const OPEN_MEMBER = [
  '  /* What it was read from. Of a kind that this version does not know (..._OTHER) it is all there is. */',
  '  const cpex_json *json;',
];

/** The enumerator of a variant. */
export function unionTag(declaration: Union, variant: Variant): string {
  return `CPEX_${declaration.name.upper}_${variant.tag.upper}`;
}

/** The enumerator that stands for every kind an open union does not know. */
export function otherTag(declaration: Union): string {
  return `CPEX_${declaration.name.upper}_OTHER`;
}

/** One look at a variant without a `switch`: NULL for every other kind. */
function accessorLines(ir: ContractIr, declaration: Union, variant: Variant): string[] {
  const type = `cpex_${declarationOf(ir, variant.struct).name.snake}`;
  const union = `cpex_${declaration.name.snake}`;
  return [
    `/* NULL when it is of another kind. */`,
    `static inline const ${type} *${union}_${variant.tag.snake}(const ${union} *value) {`,
    `  return value->tag == ${unionTag(declaration, variant)} ? &value->as.${memberName(ir, variant.tag.snake)} : NULL;`,
    '}',
    '',
  ];
}
