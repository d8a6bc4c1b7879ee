import { goClient, goHooks, goSamples } from './go-surface.js';
import { goDeclaration } from './go-types.js';
import { parseContract } from './parse.js';
import { type ContractSource, GENERATED_NOTICE, type GeneratedFile } from './source.js';

/**
 * Typed values of a contract for Go: one struct per type with its own reader and writer, a
 * registration function per hook, a method of the host's client per callback, and a sample
 * payload per hook for unit tests. The text is as gofmt would leave it.
 * @throws CpexError `CPEX_E_CONTRACT_UNSUPPORTED`
 */
export function emitGoBindings(contract: ContractSource): GeneratedFile[] {
  const ir = parseContract(contract);
  const types = [
    goFile('cpex', ['import "encoding/json"']),
    `// schemaVersion is the version of the contract that these types come from.\nconst schemaVersion = ${ir.schemaVersion}\n`,
    ...goHooks(ir),
    ...goClient(ir),
    ...ir.declarations.map((declaration) => goDeclaration(ir, declaration)),
  ];
  const samples = [goFile('cpextest', []), goSamples(ir)];
  return [
    { path: 'internal/cpex/types.go', content: types.join('\n') },
    { path: 'internal/cpex/cpextest/samples.go', content: samples.join('\n') },
  ];
}

function goFile(name: string, imports: readonly string[]): string {
  return [`// ${GENERATED_NOTICE}`, `package ${name}`, ...imports].map((part) => `${part}\n`).join('\n');
}
