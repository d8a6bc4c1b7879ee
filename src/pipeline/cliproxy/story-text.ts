import chalk from 'chalk';
import { printable } from '../../support/printable.js';
import type { PassAnswer } from './run-pass.js';
import type { Change, Step, StepOutcome } from './steps.js';
import { readable } from './values.js';

const COLOURS: Readonly<Record<StepOutcome, (text: string) => string>> = {
  done: chalk.green,
  changed: chalk.green,
  unchanged: chalk.dim,
  declined: chalk.dim,
  skipped: chalk.dim,
  failed: chalk.red,
  ended: chalk.magenta,
  warning: chalk.yellow,
};

/** Longest piece of a text that is shown of a change, in characters. */
const SHOWN = 400;

/** What happened, a line for each step, indented by how deep it is inside of other requests. */
export function storyText(steps: readonly Step[]): string[] {
  return steps.flatMap((step) => {
    const margin = '  '.repeat(step.depth);
    const who = step.plugin === undefined ? '' : ` ${chalk.bold(printable(step.plugin))}`;
    const text = step.text === undefined ? '' : ` ${printable(shortened(step.text))}`;
    const line = `${margin}${step.stage}${who} ${COLOURS[step.outcome](step.outcome)}${text}`;
    return [line, ...(step.changes ?? []).map((change) => `${margin}    ${changeText(change)}`)];
  });
}

function changeText({ what, before, after }: Change): string {
  const shown = (value: string | undefined) => (value === undefined ? chalk.dim('none') : printable(shortened(value)));
  return `${what}: ${shown(before)} → ${shown(after)}`;
}

function shortened(text: string): string {
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}… (${text.length} characters)` : text;
}

/** The answer as a client gets it. */
export function answerText(answer: PassAnswer, chunks: readonly Uint8Array[], broken: string | undefined): string[] {
  const word = answer.ok
    ? chalk.green(String(answer.status))
    : chalk.red(`${answer.status} ${printable(answer.message)}`);
  const headers = Object.entries(answer.headers).map(([name, values]) => printable(`${name}: ${values.join(', ')}`));
  const body = 'body' in answer ? [answer.body] : chunks;
  const lines = body.filter((one) => one.length > 0).map((one) => lineByLine(readable(one)));
  return [
    '',
    word,
    ...headers,
    ...lines,
    ...(broken === undefined ? [] : [chalk.red(`stream ended with: ${printable(broken)}`)]),
  ];
}

function lineByLine(text: string): string {
  return text.split('\n').map(printable).join('\n');
}
