import chalk from 'chalk';
import { printable } from '../support/printable.js';
import { artifactLines } from './steps-text.js';

/** The parts of a build's report that people get to see. */
export interface BuildAccount {
  readonly ok: boolean;
  readonly duration_ms: number;
  readonly aborted?: { readonly plugin: string; readonly event: string; readonly reason: string };
  readonly interrupted?: true;
  readonly steps: readonly {
    readonly key: string;
    readonly runner: string;
    readonly plugin: string;
    readonly status: string;
    readonly exit_code?: number;
    readonly duration_ms: number;
    readonly cache: { readonly kind: string; readonly tag?: string };
    readonly committed_snapshot?: string;
    readonly artifacts: readonly {
      readonly key: string;
      readonly mime: string;
      readonly size_bytes: number | bigint;
    }[];
    readonly reason?: string;
  }[];
  readonly errors: readonly { readonly plugin: string; readonly message: string }[];
}

const MARKS: Readonly<Record<string, () => string>> = {
  passed: () => chalk.green('✓'),
  failed: () => chalk.red('✗'),
  chain_failed: () => chalk.yellow('-'),
  not_run: () => chalk.yellow('-'),
};

/** A build for people: a line for each step, who failed or ended it, and the sum. */
export function buildReportText(report: BuildAccount): string {
  const { steps, errors, aborted } = report;
  const width = Math.max(...steps.map(({ key }) => printable(key).length));
  const lines = steps.flatMap((step) => [
    `${(MARKS[step.status] ?? (() => ' '))()} ${printable(step.key).padEnd(width)}  ${stepLine(step)}`,
    ...(step.reason === undefined ? [] : [`    ${printable(step.reason)}`]),
    ...artifactLines(step.artifacts).map((line) => `  ${line}`),
  ]);
  for (const { plugin, message } of errors) lines.push(`${chalk.red('!')} ${printable(`${plugin}, ${message}`)}`);
  if (aborted !== undefined) {
    lines.push(
      `${chalk.red('aborted')} by ${printable(`${aborted.plugin} before ${aborted.event}: ${aborted.reason}`)}`,
    );
  }
  return [...lines, sum(report)].join('\n');
}

function stepLine({
  runner,
  plugin,
  status,
  exit_code,
  duration_ms,
  cache,
  committed_snapshot,
}: BuildAccount['steps'][number]) {
  const who = `${runner} ${chalk.dim(`(${printable(plugin)})`)}`;
  if (status === 'chain_failed' || status === 'not_run') return `${who}  not run`;
  const code = exit_code === undefined ? 'no result' : `exit code ${exit_code}`;
  const hit = cache.kind === 'hit' ? `  cached as ${printable(cache.tag ?? '')}` : '';
  const snapshot = committed_snapshot === undefined ? '' : `  snapshot ${printable(committed_snapshot)}`;
  return `${who}  ${code}  ${chalk.dim(`${duration_ms} ms`)}${hit}${snapshot}`;
}

function sum({ ok, interrupted, aborted, steps, duration_ms }: BuildAccount): string {
  const count = (of: readonly string[]) => steps.filter(({ status }) => of.includes(status)).length;
  const parts = [
    `${count(['passed'])} passed`,
    `${count(['failed'])} failed`,
    `${count(['chain_failed', 'not_run'])} not run`,
  ].filter((part) => !part.startsWith('0 '));
  const word =
    interrupted === true
      ? chalk.red('interrupted')
      : aborted !== undefined
        ? chalk.red('aborted')
        : ok
          ? chalk.green('done')
          : chalk.red('failed');
  return `${word} in ${duration_ms} ms: ${parts.join(', ')}`;
}
