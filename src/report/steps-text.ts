import chalk from 'chalk';
import { printable } from '../support/printable.js';

interface StepResult {
  readonly exit_code?: unknown;
  readonly committed_snapshot?: unknown;
  readonly artifacts?: readonly { readonly key?: unknown; readonly mime?: unknown; readonly size_bytes?: unknown }[];
}

/** How a step ended, for people: its exit code, and what it made, one line each. */
export function stepText(result: unknown): string {
  const { exit_code, committed_snapshot, artifacts = [] } = (result ?? {}) as StepResult;
  const code = exit_code === 0 ? chalk.green('exit code 0') : chalk.red(`exit code ${String(exit_code)}`);
  const lines = [code, ...(committed_snapshot === undefined ? [] : [`snapshot ${plain(committed_snapshot)}`])];
  return [...lines, ...artifactLines(artifacts)].join('\n');
}

/** One line for each artefact of a step: its key, size and media type. */
export function artifactLines(artifacts: NonNullable<StepResult['artifacts']>): string[] {
  const width = Math.max(0, ...artifacts.map(({ key }) => plain(key).length));
  return artifacts.map(
    ({ key, mime, size_bytes }) => `  ${plain(key).padEnd(width)}  ${plain(size_bytes)} B  ${chalk.dim(plain(mime))}`,
  );
}

/** What a plugin makes of an event, for people. */
export function eventText(request: unknown, result: unknown): string {
  const { outcome, reason } = (result ?? {}) as { outcome?: unknown; reason?: unknown };
  const { phase } = (request ?? {}) as { phase?: unknown };
  if (outcome !== 'abort') return chalk.green(plain(outcome));
  const why = reason === undefined ? '' : `: ${plain(reason)}`;
  return phase === 'before' ? chalk.red(`abort${why}`) : `${chalk.yellow('abort')}${why} ${chalk.dim('(ignored)')}`;
}

function plain(value: unknown): string {
  return printable(String(value));
}
