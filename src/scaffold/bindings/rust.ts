import type { ContractIr, Declaration, Hook, Method, Type } from './ir.js';
import { parseContract } from './parse.js';
import { rustCapabilities } from './rust-capabilities.js';
import { rustDeclaration } from './rust-declarations.js';
import { rustEvents } from './rust-events.js';
import { rustGoDeclaration } from './rust-go-declarations.js';
import { rustPlaces } from './rust-places.js';
import { rustBlock, rustConstant, rustJson, rustText } from './rust-text.js';
import { type ContractSource, GENERATED_NOTICE, type GeneratedFile } from './source.js';

/** What this emitter can write beyond plain JSON, for scripts/generate-bindings.mjs. */
export const encodings: readonly ContractIr['encoding'][] = ['go-json'];

/**
 * Writes the typed values of a contract for the Rust SDK: `src/cpex/types.rs` and the places of bytes in them,
 * `src/cpex/places.rs`; for a host that learns capabilities as flags `src/cpex/capabilities.rs` instead of these. Clean for rustfmt as they stand.
 * @throws CpexError `CPEX_E_CONTRACT_UNSUPPORTED`
 */
export function emitRustBindings(source: ContractSource): GeneratedFile[] {
  const ir = parseContract(source);
  const names = [
    methodNames('methods', 'Methods that the host calls.', ir.methods),
    methodNames('callbacks', 'Methods of the host.', ir.callbacks),
  ];
  if (ir.encoding === 'go-json') {
    const parts = [head(ir), ...names, ...ir.declarations.map(rustGoDeclaration)];
    return [
      { path: 'src/cpex/types.rs', content: parts.join('\n') },
      { path: 'src/cpex/capabilities.rs', content: rustCapabilities(ir) },
    ];
  }
  const kinds = new Map(ir.declarations.map((declaration) => [declaration.name.pascal, declaration]));
  const parts = [
    head(ir),
    ...names,
    ...ir.declarations.map((declaration) => rustDeclaration(declaration, kinds)),
    hooks(ir.hooks),
    ...rustEvents(ir),
  ];
  return [
    { path: 'src/cpex/types.rs', content: parts.join('\n') },
    { path: 'src/cpex/places.rs', content: rustPlaces(ir) },
  ];
}

function head(ir: ContractIr): string {
  const types = ir.declarations.flatMap((declaration) => fieldTypes(declaration));
  const uses = [
    ...(types.some(usesMap) ? ['use std::collections::BTreeMap;', ''] : []),
    'use serde_json::Value;',
    '',
    'use super::json::Map;',
    ...(ir.encoding === 'go-json' && types.some(usesTime) ? ['use super::time::Time;'] : []),
    'use super::wire::{Fields, Mismatch, Object, Wire};',
  ];
  return `// ${GENERATED_NOTICE}
//! The values of the \`${ir.profile}\` contract.

${uses.join('\n')}

/// Version of the contract that these types describe.
pub const SCHEMA_VERSION: u32 = ${ir.schemaVersion};
`;
}

function fieldTypes(declaration: Declaration): Type[] {
  if (declaration.kind === 'struct') return declaration.fields.map((field) => field.type);
  return declaration.kind === 'alias' ? [declaration.type] : [];
}

function usesMap(type: Type): boolean {
  return type.kind === 'map' || (type.kind === 'array' && usesMap(type.items));
}

function usesTime(type: Type): boolean {
  if (type.kind === 'array') return usesTime(type.items);
  if (type.kind === 'map') return usesTime(type.values);
  return type.kind === 'string' && type.time === true;
}

function methodNames(module: string, summary: string, methods: readonly Method[]): string {
  const lines = methods.flatMap((method) => [
    `    /// ${method.summary}`,
    `    pub const ${method.name.upper}: &str = ${rustText(method.name.wire)};`,
  ]);
  return rustBlock(`/// ${summary}`, `pub mod ${module} {`, ...lines, '}');
}

function hooks(all: readonly Hook[]): string {
  if (all.length === 0) return rustBlock('/// The hooks of the host: there are none.', 'pub mod hooks {}');
  return rustBlock(
    '/// The hooks of the host, as types.',
    'pub mod hooks {',
    '    use crate::cpex::hook::Hook;',
    ...all.flatMap((hook) => [
      '',
      `    /// The hook \`${hook.name.wire}\`.`,
      `    pub struct ${hook.name.pascal};`,
      '',
      `    impl Hook for ${hook.name.pascal} {`,
      `        const NAME: &'static str = ${rustText(hook.name.wire)};`,
      ...(hook.aliases.length === 0
        ? []
        : [`        const ALIASES: &'static [&'static str] = &[${hook.aliases.map(rustText).join(', ')}];`]),
      '        #[cfg(test)]',
      ...rustConstant('        ', 'SAMPLE', rustJson(hook.sample)),
      `        type Payload = super::${hook.payload};`,
      '    }',
    ]),
    '}',
  );
}
