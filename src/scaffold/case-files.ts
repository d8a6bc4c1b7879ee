import path from 'node:path';
import { type Document, parseDocument } from 'yaml';
import { type ContractData, contractData } from '../project/contract-data.js';
import { hostName } from '../project/hosts.js';
import type { NewAnswers } from './answers.js';
import { nameOf } from './bindings/names.js';
import { SAMPLE_SERVICE } from './service-names.js';
import { renameCapability } from './spellings.js';

export interface CaseFile {
  readonly path: string;
  readonly text: string;
}

/** The hook that the templates are written for. */
export const SAMPLE_HOOK = 'tool_pre_invoke';

/** Names that the templates and their sample cases stand for, by host and by the word of the capability. */
const SAMPLE_NAMES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  cpex: { hook: SAMPLE_HOOK, command: 'greet', step: 'shell', lifecycle: 'before_build_start' },
  'go-plugin': { service: SAMPLE_SERVICE },
  tau: { tool: 'greet', hook: 'before_agent_start', command: 'hello' },
};

/** The names that a host's templates stand for, by the word of the capability; none where capabilities bring no names. */
export function sampleNames(host: string): Readonly<Record<string, string>> {
  return SAMPLE_NAMES[hostName(host)] ?? {};
}

/**
 * One case file per hook, command, runner and event, made from the sample ones: the same expectations
 * with the name and the contract's sample payload put in. A case that is named after a capability without
 * arguments is there when the capability is; any other file stays as it is.
 */
export function caseFiles(file: CaseFile, answers: NewAnswers, contract: ContractData): CaseFile[] {
  const sample = path.posix.basename(file.path, '.yaml');
  const samples = sampleNames(answers.host);
  const flag = Object.keys(samples).find((one) => samples[one] === sample);
  if (flag === undefined || answers.sample !== undefined) {
    const dropped = file.path.endsWith('.yaml') && isOther(sample, answers);
    return dropped ? [] : [file];
  }
  const names = answers.capabilities.flatMap((use) => (use.flag === flag ? [use.argument ?? ''] : []));
  return names.map((name) => {
    const target = path.posix.join(path.posix.dirname(file.path), `${nameOf(name).snake}.yaml`);
    // What a hook is told and what a command says differ by its name; a case of another host says the name alone.
    if (contract.profile !== 'cpex') return { path: target, text: renameCapability(sample, name)(file.text) };
    const document = parseDocument(file.text);
    document.set(
      'name',
      String(document.get('name')).replace(sample, () => name),
    );
    fill(document, flag, name, contract);
    return { path: target, text: document.toString({ lineWidth: 0 }) };
  });
}

/** The key that names what is called. */
function fill(document: Document, flag: string, name: string, contract: ContractData): void {
  if (flag === 'hook') fillHook(document, name, contract);
  else if (flag === 'command') document.setIn(['command', 0], name);
  else document.set(flag === 'step' ? 'step' : 'event', name);
}

/** Whether a name is that of a capability which was not asked for, or which this revision of the host lacks. */
function isOther(name: string, answers: NewAnswers): boolean {
  const { capabilities } = contractData(hostName(answers.host));
  const known = Object.values(capabilities).some(({ flag }) => flag === name);
  return known && !answers.capabilities.some(({ flag }) => flag === name);
}

function fillHook(document: Document, hook: string, contract: ContractData): void {
  document.set('hook', hook);
  document.set('payload', document.createNode(contract.hooks[hook]?.sample ?? {}));
}
