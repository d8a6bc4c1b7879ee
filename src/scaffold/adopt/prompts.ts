import { checkbox, input, select } from '@inquirer/prompts';
import type { ContractData } from '../../project/contract-data.js';
import { promptError } from '../../support/prompt-error.js';
import { type Candidate, describe } from './candidate.js';

type PromptContext = { readonly output: NodeJS.WriteStream; readonly signal: AbortSignal };

/** Asks on stderr; Ctrl-C at a question, or SIGTERM while it waits, is an interruption. */
async function asking<Answer>(signal: AbortSignal, ask: (context: PromptContext) => Promise<Answer>): Promise<Answer> {
  try {
    return await ask({ output: process.stderr, signal });
  } catch (error) {
    throw promptError(error, 'Interrupted: nothing was written.');
  }
}

/** Which of several is the plugin. */
export function askUnit(candidates: readonly Candidate[], signal: AbortSignal): Promise<Candidate> {
  const choices = candidates.map((value) => ({ value, name: describe(value) }));
  return asking(signal, (context) => select({ message: 'Which of these is the plugin?', choices }, context));
}

/** A line of text that obeys a rule. */
export function askText(
  message: string,
  rule: (text: string) => string | undefined,
  signal: AbortSignal,
): Promise<string> {
  const validate = (text: string) => rule(text.trim()) ?? true;
  return asking(signal, async (context) => (await input({ message, validate }, context)).trim());
}

/** What the plugin can do, for hosts whose capabilities are plain words; as text where they take arguments. */
export function askCapabilities(contract: ContractData, signal: AbortSignal): Promise<string[]> {
  const all = Object.values(contract.capabilities);
  return asking(signal, async (context) => {
    if (all.every(({ argument }) => argument === undefined)) {
      const choices = all.map(({ flag, summary }) => ({ value: flag, name: `${flag}: ${summary}` }));
      return checkbox({ message: 'What can it do?', choices, required: true, pageSize: 12 }, context);
    }
    const example = all.map(({ flag, argument }) => (argument === undefined ? flag : `${flag}:${argument.name}`));
    const message = `What can it do? (${example.join(', ')})`;
    const text = await input({ message, validate: (words) => words.trim() !== '' || 'One at least.' }, context);
    return text.split(/[\s,]+/).filter(Boolean);
  });
}
