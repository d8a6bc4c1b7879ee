import chalk from 'chalk';
import type { Consultation, DoctorReport, FixReport, ToolReport } from '../model/doctor.js';
import { LANGUAGE_NAMES } from '../model/target.js';
import { renderTargets } from './doctor-targets-text.js';

/** What a doctor saw, what was done about it, and where to go from there; lines end before `width` where it is given. */
export function renderConsultation(seen: Consultation, width?: number): string {
  const { report, fix } = seen;
  const text = seen.kind === 'tools' ? renderDoctor(seen.report) : renderTargets(seen.report, width);
  return [
    text,
    ...(fix === undefined ? hints(seen, !report.ok && seen.fixable === true) : renderFix(fix, report.ok)),
  ].join('\n');
}

function hints({ kind }: Consultation, fixable: boolean): string[] {
  const targets =
    kind === 'tools' ? ['cpex doctor --target all looks at every target that can be built from here.'] : [];
  const mend = fixable ? ['With --fix cpex runs these commands, after asking.'] : [];
  const all = [...targets, ...mend];
  return all.length === 0 ? [] : ['', ...all.map((line) => chalk.dim(line))];
}

function renderFix({ ran, manual, declined }: FixReport, ok: boolean): string[] {
  const done = ran.map(({ command, ok: good, end }) =>
    good ? `${chalk.green('✓')} ${command}` : `${chalk.red('✗')} ${command} ${chalk.dim(end ?? '')}`.trimEnd(),
  );
  const byHand = manual.length === 0 ? [] : ['Left to you:', ...manual.map((one) => `  ${chalk.cyan('→')} ${one}`)];
  if (declined) return ['', 'Nothing was installed.', ...byHand];
  if (done.length === 0)
    return ['', ok ? 'There is nothing to mend.' : 'No command that could be run mends this.', ...byHand];
  return ['', ...done, ...byHand];
}

/** Tools with version and path, one remedy for each that does not serve, and what follows for the languages. */
export function renderDoctor(report: DoctorReport): string {
  const rows = [
    toolRow(chalk.green('✓'), 'node', report.node.version, report.node.path),
    ...report.tools.flatMap(renderTool),
  ];
  const languages = report.languages.map(({ language, ready, lacks }) => {
    const name = LANGUAGE_NAMES[language].padEnd(7);
    return ready
      ? `${chalk.green('✓')} ${name}can build`
      : `${chalk.red('✗')} ${name}cannot build without ${list(lacks)}`;
  });
  return [
    chalk.bold(`Tools on this machine (${report.target})`),
    ...rows,
    '',
    ...languages,
    ...renderShadow(report),
  ].join('\n');
}

function renderTool(tool: ToolReport): string[] {
  const name = tool.identity ?? tool.name;
  if (tool.state === 'good') return [toolRow(chalk.green('✓'), name, tool.version ?? '', tool.path ?? '')];
  const mark = tool.optional ? chalk.dim('-') : chalk.red('✗');
  const rows = [toolRow(mark, name, tool.version ?? '', problem(tool))];
  if (tool.said !== undefined) rows.push(chalk.dim(`            │ ${tool.said}`));
  if (tool.remedy !== undefined) rows.push(`            ${chalk.cyan('→')} ${tool.remedy}`);
  return rows;
}

function problem({ state, purpose, optional, floor, path }: ToolReport): string {
  const need = optional ? `useful ${purpose}` : `needed ${purpose}`;
  if (state === 'missing') return `missing, ${need}`;
  if (state === 'old') return `too old, ${floor} is the lowest that works (${path})`;
  return `does not work (${path})`;
}

function toolRow(mark: string, name: string, version: string, rest: string): string {
  return `${mark} ${name.padEnd(7)} ${version.padEnd(9)} ${chalk.dim(rest)}`.trimEnd();
}

function renderShadow({ shadow }: DoctorReport): string[] {
  if (shadow === undefined) return [];
  const whose = shadow.python ? ' It is a Python program: IBM’s package cpex installs one of that name.' : '';
  return [
    '',
    `${chalk.yellow('!')} Another cpex comes first on PATH: ${shadow.path}.${whose}`,
    `  ${chalk.cyan('→')} Put the folder of this cpex before it on PATH, or call this one by its path.`,
  ];
}

function list(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
