import type { Contract } from '../../model/contract.js';
import type { RunInput, RunRequest } from '../../model/run-request.js';
import { CpexError } from '../../support/errors.js';
import { didYouMean } from '../../support/suggest.js';

/** Words of the `cpex` host, which have no meaning here. */
const FOREIGN: readonly string[] = ['hook', 'command'];

/** Reads `METHOD`: the request is the data given, else the contract's sample. */
export function readWords(contract: Contract, words: readonly string[], input: RunInput): RunRequest {
  const [method = '', stray] = words;
  if (stray !== undefined) {
    throw new CpexError('CPEX_E_USAGE', `There is a word too many: ${stray}`, {
      remedy: FOREIGN.includes(method)
        ? 'Plugins of this host have neither hooks nor commands of that kind; name a method: cpex run request.normalize'
        : 'Data goes after --data: -d JSON, -d @FILE or -d -.',
    });
  }
  if (input.extensions !== undefined || input.context !== undefined) {
    throw new CpexError('CPEX_E_USAGE', 'Methods of this host have neither extensions nor a context.');
  }
  if (input.phase !== undefined || input.archive !== undefined) {
    throw new CpexError('CPEX_E_USAGE', 'This host has neither steps nor events of builds.');
  }
  const sample = contract.methods.get(method)?.samples[0];
  return {
    kind: 'call',
    method,
    request: input.data ?? sample ?? {},
    form: 'result',
    findings: sample === undefined ? unknownMethod(contract, method) : [],
  };
}

function unknownMethod(contract: Contract, method: string): Extract<RunRequest, { kind: 'call' }>['findings'] {
  const hint = didYouMean(method, contract.methods.keys());
  return [{ id: 'method.name', severity: 'warn', message: `The host has no method ${JSON.stringify(method)}.${hint}` }];
}
