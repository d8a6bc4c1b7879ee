import chalk from 'chalk';
import type { AuditReport } from '../model/binary.js';
import type { Finding, Severity } from '../model/finding.js';
import { LANGUAGE_NAMES } from '../model/target.js';
import { shortPath } from './short-path.js';

const ORDER: readonly Severity[] = ['fail', 'warn', 'info'];

/** The parts of a check's result that people see. */
export interface CheckView {
  readonly reports: readonly AuditReport[];
  readonly project: readonly Finding[];
}

/** Several reports and a line that sums them up, for people. Paths are shown relative to `cwd`. */
export function renderAudits({ reports, project }: CheckView, cwd: string): string {
  const parts = reports.map((report) => renderAudit(report, cwd));
  if (project.length > 0) parts.push(project.flatMap(renderFinding).join('\n'));
  if (reports.length > 1) parts.push(summary(reports));
  return parts.join(reports.length > 1 ? '\n\n' : '\n');
}

/** One report: what the file is, then what must be mended, what should be, what is good to know. */
export function renderAudit(report: AuditReport, cwd: string): string {
  const lines = [`${mark(report.findings)} ${chalk.bold(shortPath(report.file, cwd))}  ${chalk.dim(facts(report))}`];
  for (const severity of ORDER) {
    for (const finding of report.findings) {
      if (finding.severity === severity) lines.push(...renderFinding(finding));
    }
  }
  return lines.join('\n');
}

function facts(report: AuditReport): string {
  const { dynamic, macho, pe, slices } = report.facts;
  const read = dynamic ?? macho ?? pe ?? slices?.[0];
  if (read === undefined) return report.facts.description;
  const system = macho?.minimumOs ?? slices?.find((slice) => slice.macho?.minimumOs !== undefined)?.macho?.minimumOs;
  return [
    LANGUAGE_NAMES[report.language],
    report.target ?? report.facts.description,
    size(report.size),
    ...(report.glibc === undefined ? [] : [`glibc ≥ ${report.glibc}`]),
    ...(system === undefined ? [] : [`macOS ≥ ${system}`]),
    `sha256 ${report.sha256.slice(0, 12)}`,
  ].join(' · ');
}

function mark(findings: readonly Finding[]): string {
  if (findings.some((finding) => finding.severity === 'fail')) return chalk.red('✗');
  return findings.some((finding) => finding.severity === 'warn') ? chalk.yellow('!') : chalk.green('✓');
}

const MARKS: Readonly<Record<Severity, () => string>> = {
  fail: () => chalk.red('✗'),
  warn: () => chalk.yellow('!'),
  info: () => chalk.dim('·'),
};

/** A finding as indented lines: what was seen, the facts, how to mend it, how to see it again. */
export function renderFinding(finding: Finding): string[] {
  // What is only good to know takes one line; the rest is in --json and in the documentation.
  if (finding.severity === 'info') return [`  ${MARKS.info()} ${chalk.dim(`${finding.id}  ${finding.message}`)}`];
  const lines = [`  ${MARKS[finding.severity]()} ${finding.id}  ${finding.message}`];
  for (const line of finding.evidence ?? []) lines.push(chalk.dim(`      │ ${line}`));
  if (finding.remedy !== undefined) lines.push(`      ${chalk.cyan('→')} ${finding.remedy}`);
  if (finding.again !== undefined) lines.push(chalk.dim(`      $ ${finding.again}`));
  if (finding.clause !== undefined) lines.push(chalk.dim(`      ${finding.clause}`));
  return lines;
}

function summary(reports: readonly AuditReport[]): string {
  const count = (severity: Severity) =>
    reports.filter((report) => report.findings.some((finding) => finding.severity === severity)).length;
  const failed = count('fail');
  const warned = count('warn');
  const parts = [`${reports.length} libraries checked`];
  if (failed > 0) parts.push(chalk.red(`${failed} with faults`));
  if (warned > 0) parts.push(chalk.yellow(`${warned} with warnings`));
  return parts.join(', ');
}

function size(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 2 ** 20 ? `${(bytes / 1024).toFixed(0)} KiB` : `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
