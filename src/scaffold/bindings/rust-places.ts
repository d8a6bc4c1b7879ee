import { type ContractIr, type Declaration, declarationOf, type Method, type Type } from './ir.js';
import { RUST_ARGUMENTS, RUST_WIDTH, rustBlock, rustText } from './rust-text.js';
import { GENERATED_NOTICE } from './source.js';

/** The method whose payload is of the hook's type, and the fields that say so. */
const HOOK = { method: 'hook.invoke', name: 'hook', payload: 'payload', modified: 'modified_payload' };

/** Tables of one name and one place each. */
type Entries = readonly (readonly [name: string, place: string])[];

/**
 * `src/cpex/places.rs`: where bytes stand in the bodies of the contract. JSON needs none of it, because there bytes
 * are text like other text; a codec with bytes of their own does. Clean for rustfmt as it stands.
 */
export function rustPlaces(ir: ContractIr): string {
  const holders = holdersOfBytes(ir);
  const bytes = ir.declarations.filter((declaration) => holders.has(declaration.name.pascal));
  const hooks = ir.hooks.flatMap((hook) =>
    holders.has(hook.payload) ? [hook.name.wire, ...hook.aliases].map((name) => ({ name, payload: hook.payload })) : [],
  );
  const payloads = [...new Set(hooks.map((hook) => hook.payload))].map((name) => upper(ir, name));
  const methods = [...ir.methods, ...ir.callbacks];
  const plain = (type: 'request' | 'result') => (method: Method) =>
    holders.has(method[type]) ? [[method.name.wire, `&${upper(ir, method[type])}`] as const] : [];
  return [
    rustBlock(
      `// ${GENERATED_NOTICE}`,
      `//! Where bytes stand in the bodies of the \`${ir.profile}\` contract.`,
      '',
      'use super::codec::Place;',
    ),
    lookup('Bytes in the request of a method or callback.', 'request', 'method', [
      [HOOK.method, '&HOOK_INVOKE_REQUEST'],
      ...methods.flatMap(plain('request')),
    ]),
    lookup('Bytes in the result of a method or callback other than `hook.invoke`.', 'result', 'method', [
      ...methods.flatMap(plain('result')),
    ]),
    lookup(
      'Bytes in what is answered to a hook.',
      'hook_result',
      'hook',
      hooks.map(({ name, payload }) => [name, `&${upper(ir, payload)}_MODIFIED`]),
    ),
    table(
      'HOOK_INVOKE_REQUEST',
      HOOK.name,
      hooks.map(({ name, payload }) => [name, `&${upper(ir, payload)}_SENT`]),
    ),
    ...payloads.flatMap((name) => [
      table(`${name}_SENT`, undefined, [[HOOK.payload, `&${name}`]]),
      table(`${name}_MODIFIED`, undefined, [[HOOK.modified, `&${name}`]]),
    ]),
    ...bytes.map((declaration) => placeOf(ir, declaration, holders)),
  ].join('\n');
}

/** Names of the declarations that hold bytes themselves or in what they refer to. */
function holdersOfBytes(ir: ContractIr): ReadonlySet<string> {
  const holders = new Set<string>();
  const holds = (declaration: Declaration): boolean => {
    if (declaration.kind === 'union') return declaration.variants.some(({ struct }) => holders.has(struct));
    return (
      declaration.kind === 'struct' && declaration.fields.some(({ type }) => place(ir, type, holders) !== undefined)
    );
  };
  // What refers to itself in a circle is found in a later round.
  for (let before = -1; before !== holders.size; ) {
    before = holders.size;
    for (const declaration of ir.declarations) if (holds(declaration)) holders.add(declaration.name.pascal);
  }
  return holders;
}

/** A type's place as an expression; undefined where it holds no bytes. */
function place(ir: ContractIr, type: Type, holders: ReadonlySet<string>): string | undefined {
  switch (type.kind) {
    case 'bytes':
      return '&Place::Bytes';
    case 'array':
    case 'map': {
      const inner = place(ir, type.kind === 'array' ? type.items : type.values, holders);
      return inner === undefined ? undefined : `&Place::Each(${inner})`;
    }
    case 'ref': {
      const target = declarationOf(ir, type.name);
      if (target.kind === 'alias') return place(ir, target.type, holders);
      return holders.has(type.name) ? `&${target.name.upper}` : undefined;
    }
    default:
      return undefined;
  }
}

function placeOf(ir: ContractIr, declaration: Declaration, holders: ReadonlySet<string>): string {
  if (declaration.kind === 'union') {
    const variants = declaration.variants.filter(({ struct }) => holders.has(struct));
    const entries = variants.map(({ tag, struct }) => [tag.wire, `&${upper(ir, struct)}`] as const);
    return table(declaration.name.upper, declaration.tag, entries);
  }
  const fields = declaration.kind === 'struct' ? declaration.fields : [];
  const entries = fields.flatMap(({ name, type }) => {
    const found = place(ir, type, holders);
    return found === undefined ? [] : [[name.wire, found] as const];
  });
  return table(declaration.name.upper, undefined, entries);
}

function upper(ir: ContractIr, name: string): string {
  return declarationOf(ir, name).name.upper;
}

/** An object with places in its fields, or with a field that tells which of several objects it is. */
function table(name: string, tag: string | undefined, entries: Entries): string {
  const tuples = entries.map(([word, found]) => `(${rustText(word)}, ${found})`);
  const inline = `&[${tuples.join(', ')}]`;
  const head = `static ${name}: Place<'static> = Place::`;
  const fits = inline.length - 1 <= RUST_ARGUMENTS;
  if (tag === undefined) {
    const line = `${head}Fields(${inline});`;
    if (fits && line.length <= RUST_WIDTH) return rustBlock(line);
    if (fits) return rustBlock(head.replace(/ Place::$/, ''), `    Place::Fields(${inline});`);
    return rustBlock(`${head}Fields(&[`, ...tuples.map((tuple) => `    ${tuple},`), ']);');
  }
  if (fits && `${rustText(tag)}, ${inline}`.length <= RUST_ARGUMENTS) {
    return rustBlock(`${head}Tagged(${rustText(tag)}, ${inline});`);
  }
  return rustBlock(
    `${head}Tagged(`,
    `    ${rustText(tag)},`,
    ...(fits ? [`    ${inline},`] : ['    &[', ...tuples.map((tuple) => `        ${tuple},`), '    ],']),
    ');',
  );
}

function lookup(summary: string, name: string, argument: string, entries: Entries): string {
  return rustBlock(
    `/// ${summary}`,
    `pub fn ${name}(${argument}: &str) -> &'static Place<'static> {`,
    `    match ${argument} {`,
    ...entries.map(([word, found]) => `        ${rustText(word)} => ${found},`),
    '        _ => &Place::Plain,',
    '    }',
    '}',
  );
}
