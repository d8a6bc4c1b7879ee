import { checkbox, input, select } from '@inquirer/prompts';
import { LANGUAGE_NAMES } from '../model/target.js';
import type { ContractData } from '../project/contract-data.js';
import { promptError } from '../support/prompt-error.js';
import { SAMPLES } from './answers.js';
import { sampleNames } from './case-files.js';
import type { Missing, NewRequest } from './complete-answers.js';
import { readSample, SAMPLE_HOST } from './samples.js';
import { serviceProblem } from './service-names.js';

/** Value of the entry that stands for no sample. */
const NO_SAMPLE = '';

/**
 * Asks for the missing answers, each of which has a flag. Questions go to stderr.
 * @throws CPEX_E_INTERRUPTED on Ctrl-C and when the signal is aborted
 */
export async function askForAnswers(missing: Missing, signal: AbortSignal): Promise<Partial<NewRequest>> {
  try {
    return await ask(missing, { output: process.stderr, signal });
  } catch (error) {
    throw promptError(error, 'Interrupted: nothing was written.');
  }
}

interface PromptContext {
  readonly output: NodeJS.WriteStream;
  readonly signal: AbortSignal;
}

async function ask(missing: Missing, context: PromptContext): Promise<Partial<NewRequest>> {
  const answers: { -readonly [Key in keyof NewRequest]: NewRequest[Key] } = {};
  if (missing.name) {
    const validate = (name: string) => missing.nameProblem(name) ?? true;
    answers.name = await input({ message: 'What is the plugin called?', default: 'my-plugin', validate }, context);
  }
  if (missing.language) {
    const languages = await missing.languages();
    const choices = languages.map((value) => ({ value, name: LANGUAGE_NAMES[value] }));
    answers.language = await select({ message: 'Which language is it written in?', choices }, context);
  }
  if (missing.host) {
    const hosts = await missing.hosts(answers.language);
    const choices = hosts.map((value) => ({ value, name: value }));
    answers.host = await select({ message: 'Which host is it for?', choices }, context);
  }
  const contract = missing.contract(answers.host);
  if (missing.sample && contract.profile === SAMPLE_HOST) {
    const choices = [
      { value: NO_SAMPLE, name: 'handlers to fill in' },
      ...SAMPLES.map((value) => ({ value, name: `the sample ${value}: ${readSample(value).summary}`, short: value })),
    ];
    const chosen = await select({ message: 'What does it begin with?', choices }, context);
    if (chosen !== NO_SAMPLE) answers.sample = chosen;
  }
  if (missing.capabilities && answers.sample === undefined) {
    const usual = missing.defaultCapability(answers.host);
    const named = Object.values(contract.capabilities).some(({ argument }) => argument !== undefined);
    answers.capabilities = await (named ? askArguments : askFlags)(contract, usual, context);
  }
  if (missing.author) {
    const validate = (name: string) => name.trim() !== '' || 'Hosts want a name.';
    answers.author = (await input({ message: 'Who is the author?', validate }, context)).trim();
  }
  return answers;
}

/** Capabilities without arguments, with what the contract says about each. */
async function askFlags(contract: ContractData, usual: string, context: PromptContext): Promise<string[]> {
  const choices = Object.values(contract.capabilities).map(({ flag, summary }) => ({
    value: flag,
    name: `${flag}: ${summary}`,
    short: flag,
    checked: flag === usual,
  }));
  return checkbox({ message: 'What can it do?', choices, required: true, pageSize: 12 }, context);
}

/** What a plugin answers where capabilities have arguments: hooks, events and seams from lists, verbs and the like in words. */
async function askArguments(contract: ContractData, usual: string, context: PromptContext): Promise<string[]> {
  const all = Object.values(contract.capabilities);
  const hooks = Object.keys(contract.hooks).map((hook) => `hook:${hook}`);
  const events = all.flatMap(({ flag, argument }) =>
    Array.isArray(argument?.values) ? argument.values.map((value) => `${flag}:${value}`) : [],
  );
  const named = all.filter(({ argument }) => argument?.pattern !== undefined);
  const choices = [
    ...named.map(({ flag, summary }) => ({ value: flag, name: `a ${flag} of its own: ${summary}`, short: flag })),
    ...[...hooks, ...events].map((value) => {
      const [flag = '', argument = ''] = value.split(':');
      return { value, name: `the ${flag === 'lifecycle' ? 'event' : flag} ${argument}`, checked: value === usual };
    }),
  ];
  const [only] = choices;
  const chosen =
    choices.length === 1 && only !== undefined
      ? [only.value]
      : await checkbox({ message: 'What does it answer?', choices, required: true, pageSize: 12 }, context);
  const uses = chosen.filter((one) => one.includes(':'));
  for (const { flag, argument } of named.filter((one) => chosen.includes(one.flag))) {
    const message = `What is the ${flag === 'step' ? 'runner of its steps' : flag} called?`;
    const validate = (word: string) => nameProblem(flag, word, argument?.pattern ?? '') ?? true;
    const usualName = sampleNames(contract.profile)[flag] ?? '';
    uses.push(`${flag}:${await input({ message, default: usualName, validate }, context)}`);
  }
  return uses;
}

/** What is wrong with the name of a capability of the plugin's own; undefined when it will do. */
function nameProblem(flag: string, word: string, pattern: string): string | undefined {
  if (flag === 'service') return serviceProblem(word);
  if (new RegExp(pattern, 'u').test(word)) return undefined;
  return pattern === '^[a-z][a-z0-9-]*$'
    ? 'Lower-case letters, digits and dashes, a letter first.'
    : `Something that matches ${pattern}`;
}
