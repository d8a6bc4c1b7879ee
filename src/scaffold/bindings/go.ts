import { goJsonCapabilities } from './go-json-capabilities.js';
import { goJsonDeclaration, goJsonImports } from './go-json-types.js';
import { goClient, goEvents, goHooks, goSampleEvents, goSamples } from './go-surface.js';
import { goDeclaration } from './go-types.js';
import type { ContractIr } from './ir.js';
import { parseContract } from './parse.js';
import { type ContractSource, GENERATED_NOTICE, type GeneratedFile } from './source.js';

/** What this emitter can do beyond plain JSON. */
export const encodings: readonly string[] = ['go-json'];

/**
 * Typed values of a contract for Go. The text is as gofmt would leave it.
 * @throws CpexError `CPEX_E_CONTRACT_UNSUPPORTED`
 */
export function emitGoBindings(contract: ContractSource): GeneratedFile[] {
  const ir = parseContract(contract);
  return ir.encoding === 'go-json' ? goJsonFiles(ir) : strictFiles(ir);
}

/**
 * For hosts that are strict about JSON: one struct per type with its own reader and writer, a
 * registration function per hook, a method of the host's client per callback, and a sample
 * payload per hook for unit tests.
 */
function strictFiles(ir: ContractIr): GeneratedFile[] {
  const types = [
    goFile('cpex', ['import "encoding/json"']),
    `// schemaVersion is the version of the contract that these types come from.\nconst schemaVersion = ${ir.schemaVersion}\n`,
    ...goHooks(ir),
    ...goEvents(ir),
    ...goClient(ir),
    ...ir.declarations.map((declaration) => goDeclaration(ir, declaration)),
  ];
  const samples = [goFile('cpextest', []), goSamples(ir), ...goSampleEvents(ir)];
  return [
    { path: 'internal/cpex/types.go', content: types.join('\n') },
    { path: 'internal/cpex/cpextest/samples.go', content: samples.join('\n') },
  ];
}

/**
 * For hosts that use encoding/json: plain structs with the names of the wire, an interface per
 * capability with the way from each method to it, and a method of the client per callback.
 */
function goJsonFiles(ir: ContractIr): GeneratedFile[] {
  const types = [goFile('cpex', goJsonImports(ir)), ...ir.declarations.map((one) => goJsonDeclaration(ir, one))];
  const capabilities = [goFile('cpex', []), ...goJsonCapabilities(ir)];
  const services = [goFile('cpex', []), ...goClient(ir)];
  return [
    { path: 'internal/cpex/types.go', content: types.join('\n') },
    { path: 'internal/cpex/capabilities.go', content: capabilities.join('\n') },
    { path: 'internal/cpex/services.go', content: services.join('\n') },
  ];
}

function goFile(name: string, imports: readonly string[]): string {
  return [`// ${GENERATED_NOTICE}`, `package ${name}`, ...imports].map((part) => `${part}\n`).join('\n');
}
