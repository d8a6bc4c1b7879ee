import path from 'node:path';
import { type Document, parseDocument } from 'yaml';
import { type ContractData, contractData } from '../project/contract-data.js';
import { hostName } from '../project/hosts.js';
import type { NewAnswers } from './answers.js';
import { nameOf } from './bindings/names.js';

export interface CaseFile {
  readonly path: string;
  readonly text: string;
}

/** The hook that the templates are written for. */
export const SAMPLE_HOOK = 'tool_pre_invoke';

/** Names that the templates and their sample cases stand for, by the word of the capability. */
export const SAMPLE_NAMES: Readonly<Record<string, string>> = {
  hook: SAMPLE_HOOK,
  command: 'greet',
  step: 'shell',
  lifecycle: 'before_build_start',
};

/**
 * One case file per hook, command, runner and event, made from the sample ones: the same expectations
 * with the name and the contract's sample payload put in. A case that is named after a capability without
 * arguments is there when the capability is; any other file stays as it is.
 */
export function caseFiles(file: CaseFile, answers: NewAnswers, contract: ContractData): CaseFile[] {
  const sample = path.posix.basename(file.path, '.yaml');
  const flag = Object.keys(SAMPLE_NAMES).find((one) => SAMPLE_NAMES[one] === sample);
  if (flag === undefined || answers.sample !== undefined) {
    const dropped = file.path.endsWith('.yaml') && isOther(sample, answers);
    return dropped ? [] : [file];
  }
  const names = answers.capabilities.flatMap((use) => (use.flag === flag ? [use.argument ?? ''] : []));
  return names.map((name) => {
    const document = parseDocument(file.text);
    document.set(
      'name',
      String(document.get('name')).replace(sample, () => name),
    );
    fill(document, flag, name, contract);
    const target = path.posix.join(path.posix.dirname(file.path), `${nameOf(name).snake}.yaml`);
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
