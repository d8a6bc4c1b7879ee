import { findProfile } from '../../hosts/registry.js';
import type { RunContext } from '../../model/context.js';
import type { Manifest } from '../../model/manifest.js';
import { readCapability } from '../../project/capabilities.js';
import { contractData, wantsRepository } from '../../project/contract-data.js';
import { idProblem } from '../../project/plugin-names.js';
import { MANIFEST_VERSION } from '../../project/read-manifest.js';
import { CpexError } from '../../support/errors.js';
import { validate } from '../../support/schemas.js';
import type { Known, Values } from './values.js';

/** Asks for what is missing; only called when there is a terminal. */
export interface AskValues {
  text(message: string, rule: (text: string) => string | undefined): Promise<string>;
  capabilities(host: string): Promise<string[]>;
}

/** What a manifest is made from, in its final form but for what nobody knows yet. */
export interface Draft {
  readonly values: Values;
  readonly language: Known<Manifest['language']>;
  readonly host: Known;
  /** Empty when nobody knows. */
  readonly capabilities: Known<readonly string[]>;
  readonly build: NonNullable<Manifest['build']>;
  readonly config: Readonly<Record<string, unknown>> | undefined;
  /** Why the capabilities are not known. */
  readonly unknown: readonly string[];
}

/**
 * Fills the gaps of a draft by questions, where somebody can be asked, and checks every value.
 * @throws CPEX_E_NOT_INTERACTIVE with all missing values, CPEX_E_ADOPT_VALUE with all wrong ones
 */
export async function complete(draft: Draft, context: Pick<RunContext, 'interactive'>, ask: AskValues): Promise<Draft> {
  const filled = context.interactive ? await fillIn(draft, ask) : draft;
  refuseGaps(filled);
  refuseWrong(filled);
  return filled;
}

/** The manifest of a complete draft. */
export function manifestOf(draft: Draft): Manifest {
  const { values, config } = draft;
  const optional = (key: 'description' | 'license' | 'repository') =>
    values[key] === undefined ? {} : { [key]: values[key].value };
  return {
    manifest: MANIFEST_VERSION,
    id: values.id.value,
    version: values.version.value,
    ...optional('description'),
    author: values.author?.value ?? '',
    ...optional('license'),
    ...optional('repository'),
    language: draft.language.value,
    host: draft.host.value,
    capabilities: draft.capabilities.value,
    build: { ...draft.build, identity: false },
    ...(config === undefined || Object.keys(config).length === 0 ? {} : { test: { config } }),
  };
}

async function fillIn(draft: Draft, ask: AskValues): Promise<Draft> {
  let { values, capabilities } = draft;
  const host = draft.host.value;
  const wrongId = idFault(values.id.value, draft);
  const answered = (value: string): Known => ({ value, from: 'the answer' });
  if (wrongId !== undefined) {
    const question = `"${values.id.value}" cannot be the id: ${wrongId.reason}. What is it called?`;
    values = { ...values, id: answered(await ask.text(question, (text) => idFault(text, draft)?.reason)) };
  }
  const line = (text: string) => (text === '' ? 'The host wants to know.' : undefined);
  if (values.author === undefined) {
    values = { ...values, author: answered(await ask.text('Who is the author?', line)) };
  }
  if (values.repository === undefined && wantsRepository(host)) {
    values = { ...values, repository: answered(await ask.text('Where are the sources published (URL)?', line)) };
  }
  if (capabilities.value.length === 0) {
    capabilities = { value: await ask.capabilities(host), from: 'the answer' };
  }
  return { ...draft, values, capabilities };
}

function refuseGaps({ values, host, capabilities, unknown }: Draft): void {
  const needed = [
    ...(values.author === undefined ? ['--author NAME (CPEX_ADOPT_AUTHOR)'] : []),
    ...(values.repository === undefined && wantsRepository(host.value)
      ? ['--repository URL (CPEX_ADOPT_REPOSITORY)']
      : []),
    ...(capabilities.value.length === 0 ? ['--capability WORD (CPEX_ADOPT_CAPABILITY)'] : []),
  ];
  if (needed.length === 0) return;
  const why = capabilities.value.length === 0 ? unknown.map((line) => `not read from the plugin: ${line}`) : [];
  const words = Object.values(contractData(host.value).capabilities).map(({ flag }) => flag);
  throw new CpexError('CPEX_E_NOT_INTERACTIVE', 'Values are missing, and nobody can be asked.', {
    evidence: [...needed, ...why],
    remedy:
      capabilities.value.length === 0
        ? `Say what it can do, e.g. cpex adopt --capability ${words[0]}. Words of this host: ${words.join(', ')}`
        : 'Give them on the command line.',
  });
}

function refuseWrong(draft: Draft): void {
  const problems: string[] = [];
  const wrongId = idFault(draft.values.id.value, draft);
  if (wrongId !== undefined) {
    problems.push(`--id: "${draft.values.id.value}" (${draft.values.id.from}): ${wrongId.reason}`);
  }
  const contract = contractData(draft.host.value);
  for (const text of draft.capabilities.value) {
    const reading = readCapability(text, contract);
    if (!reading.ok) problems.push(`--capability: expected ${reading.expected}, found "${text}".${reading.hint}`);
  }
  const FLAGS: Readonly<Record<string, string>> = { version: '--plugin-version', language: '--lang' };
  for (const { path: at, message } of validate('manifest', manifestOf(draft))) {
    const [key = ''] = at;
    if (key !== 'id' && key !== 'capabilities') problems.push(`${FLAGS[key] ?? `--${key}`}: ${message}`);
  }
  const [first] = problems;
  if (first === undefined) return;
  throw new CpexError('CPEX_E_ADOPT_VALUE', problems.length === 1 ? first : 'Several values cannot be used.', {
    evidence: problems.length === 1 ? [] : problems,
    remedy:
      wrongId === undefined ? 'cpex adopt --help lists what each flag takes.' : `cpex adopt --id ${wrongId.proposal}`,
  });
}

/** The rules of hosts alone: no code is made from the id of an adopted plugin. */
function idFault(id: string, { host }: Pick<Draft, 'host'>): { reason: string; proposal: string } | undefined {
  const reason = findProfile(host.value).layout.idProblem(id);
  if (reason === undefined) return undefined;
  return { reason, proposal: idProblem(id)?.proposal ?? 'my-plugin' };
}
