import chalk from 'chalk';
import { printable } from '../../support/printable.js';
import { changeLines } from './change-text.js';
import { type Mode, PHASES } from './effects.js';
import type { Background } from './hook-run.js';
import type { ExecutionRecord, PipelineResult, RunStatus } from './types.js';

/** Changes of one plugin that are shown. */
const MOST_CHANGES = 12;

/** Modes whose changes hold unless the plugin denies. */
const MODIFIES: ReadonlySet<string> = new Set<Mode>(['sequential', 'transform']);

const MARKS: Readonly<Record<RunStatus, () => string>> = {
  completed: () => chalk.green('✓'),
  error: () => chalk.red('✗'),
  timeout: () => chalk.red('✗'),
  cancelled: () => chalk.dim('·'),
  skipped: () => chalk.dim('·'),
  disabled: () => chalk.dim('·'),
};

/**
 * What happened in a run, for people: each phase with its plugins, what each changed, who was left out, the verdict, and
 * what came after it.
 * @param width characters of a line
 */
export function accountText(result: PipelineResult, background: Background, width: number): string {
  const records = result.records.map((record) => withViolation(record, result));
  const called = (mode: Mode, of: readonly ExecutionRecord[]) => of.filter((one) => one.mode === mode && ran(one));
  const names = Math.min(
    24,
    Math.max(0, ...[...records, ...background.records].map((one) => printable(one.plugin_name).length)),
  );
  const phase = (mode: Mode, of: readonly ExecutionRecord[]) => {
    const mine = called(mode, of);
    return mine.length === 0
      ? []
      : [chalk.bold(mode), ...mine.flatMap((record) => recordLines(record, { names, width }))];
  };
  const idle = records.filter((one) => !ran(one));
  const before = PHASES.filter((mode) => mode !== 'fire_and_forget').flatMap((mode) => phase(mode, records));
  const nobody = background.records.some(ran) ? 'before the verdict' : `for ${result.hook}`;
  const lines = [
    ...(before.length === 0 ? [chalk.dim(`No plugin was called ${nobody}.`)] : before),
    ...(idle.length === 0
      ? []
      : [chalk.bold('not called'), ...idle.flatMap((record) => recordLines(record, { names, width }))]),
    '',
    verdictLine(result),
  ];
  const after = phase('fire_and_forget', background.records);
  return [...lines, ...(after.length === 0 ? [] : ['', ...after])].join('\n');
}

/** The reason of the plugin that denied in its own words; a record leaves out what its configuration says as well. */
function withViolation(record: ExecutionRecord, { violation }: PipelineResult): ExecutionRecord {
  const mine = violation?.plugin_name === record.plugin_name && record.requested_allow === false;
  return mine && !record.effective_allow ? { ...record, reason: `${violation.code}: ${violation.reason}` } : record;
}

/** A duration in milliseconds, as people read it. */
function milliseconds(nanoseconds: number): string {
  return `${(nanoseconds / 1e6).toFixed(1)} ms`;
}

function ran({ status }: ExecutionRecord): boolean {
  return status !== 'skipped' && status !== 'disabled';
}

function verdictLine({ verdict, violation, payloadModified, extensionsModified, durationNs }: PipelineResult): string {
  const time = chalk.dim(milliseconds(durationNs));
  if (verdict === 'deny' && violation !== undefined) {
    const { plugin_name, code, reason, description } = violation;
    const more = description === undefined ? '' : `\n  ${printable(description)}`;
    const who = chalk.bold(printable(plugin_name));
    return `${chalk.red.bold('deny')} by ${who}: ${printable(code)}: ${printable(reason)}  ${time}${more}`;
  }
  const changed = [payloadModified ? 'payload' : [], extensionsModified ? 'extensions' : []].flat().join(' and ');
  return `${chalk.green.bold('allow')}${changed === '' ? '' : `, ${changed} modified`}  ${time}`;
}

interface Layout {
  /** Width of the column of names. */
  readonly names: number;
  readonly width: number;
}

function recordLines(record: ExecutionRecord, { names, width }: Layout): string[] {
  const { status, plugin_name, reason, changes = [], findings } = record;
  const name = chalk.bold(printable(plugin_name).padEnd(names));
  if (!ran(record)) return [`  ${MARKS[status]()} ${name}  ${chalk.dim(printable(reason ?? status))}`];
  const time = chalk.dim(milliseconds(record.duration_ns));
  const hidden = changes.length - MOST_CHANGES;
  const said = findings.filter(({ severity, message }) => severity !== 'info' && message !== reason);
  return [
    `  ${markOf(record)} ${name}  ${outcomeText(record)}  ${time}`,
    ...(reason === undefined ? [] : [`      ${printable(reason)}`]),
    ...changes
      .slice(0, MOST_CHANGES)
      .flatMap((change) => changeLines(change, width - 6).map((line) => `      ${line}`)),
    ...(hidden > 0 ? [chalk.dim(`      … ${hidden} more; --json has them`)] : []),
    ...said.map(({ message }) => `      ${chalk.yellow('!')} ${printable(message)}`),
  ];
}

function markOf({ status, requested_allow, effective_allow, mode, error_code }: ExecutionRecord): string {
  if (requested_allow === false) return effective_allow ? chalk.yellow('!') : chalk.red('✗');
  if (status === 'completed' && error_code !== undefined) return chalk.yellow('!');
  return mode === 'disabled' ? MARKS.disabled() : MARKS[status]();
}

/** What the plugin wanted, and what became of that. */
function outcomeText(record: ExecutionRecord): string {
  const { status, mode, requested_allow, effective_allow, error_code } = record;
  switch (status) {
    case 'error':
    case 'timeout': {
      const code = error_code === undefined || error_code === status ? '' : ` ${printable(error_code)}`;
      const then = effective_allow ? ', the run goes on' : ', the run is denied';
      return `${chalk.red(`${status}${code}`)}${mode === 'fire_and_forget' ? '' : then}`;
    }
    case 'cancelled':
      return chalk.dim('cancelled');
    default: {
      if (requested_allow !== false) return `${chalk.green('allow')}${modification(record)}`;
      const held = effective_allow ? `, passed over: ${mode} may not deny` : '';
      return `${effective_allow ? chalk.yellow('deny') : chalk.red('deny')}${held}${modification(record)}`;
    }
  }
}

function modification({ payload_modified, extensions_modified, applied, mode }: ExecutionRecord): string {
  const what = [payload_modified ? 'payload' : [], extensions_modified ? 'extensions' : []].flat().join(' and ');
  if (what === '') return '';
  if (applied) return `, ${what} modified`;
  return `, ${what} modified and discarded${MODIFIES.has(mode) ? '' : `: ${mode} may not modify`}`;
}
