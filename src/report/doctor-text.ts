import chalk from 'chalk';
import { LANGUAGE_NAMES, type Language } from '../model/target.js';

/** The parts of a doctor's report that people see. */
export interface DoctorView {
  readonly target: string;
  readonly node: { readonly version: string; readonly path: string };
  readonly tools: readonly ToolView[];
  readonly languages: readonly {
    readonly language: Language;
    readonly ready: boolean;
    readonly lacks: readonly string[];
  }[];
  readonly shadow?: { readonly path: string; readonly python: boolean };
}

interface ToolView {
  readonly name: string;
  readonly state: 'good' | 'old' | 'broken' | 'missing';
  readonly purpose: string;
  readonly optional: boolean;
  readonly identity?: string;
  readonly version?: string;
  readonly path?: string;
  readonly floor?: string;
  readonly said?: string;
  readonly remedy?: string;
}

/** Tools with version and path, one remedy for each that does not serve, and what follows for the languages. */
export function renderDoctor(report: DoctorView): string {
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

function renderTool(tool: ToolView): string[] {
  const name = tool.identity ?? tool.name;
  if (tool.state === 'good') return [toolRow(chalk.green('✓'), name, tool.version ?? '', tool.path ?? '')];
  const mark = tool.optional ? chalk.dim('-') : chalk.red('✗');
  const rows = [toolRow(mark, name, tool.version ?? '', problem(tool))];
  if (tool.said !== undefined) rows.push(chalk.dim(`            │ ${tool.said}`));
  if (tool.remedy !== undefined) rows.push(`            ${chalk.cyan('→')} ${tool.remedy}`);
  return rows;
}

function problem({ state, purpose, optional, floor, path }: ToolView): string {
  const need = optional ? `useful ${purpose}` : `needed ${purpose}`;
  if (state === 'missing') return `missing, ${need}`;
  if (state === 'old') return `too old, ${floor} is the lowest that works (${path})`;
  return `does not work (${path})`;
}

function toolRow(mark: string, name: string, version: string, rest: string): string {
  return `${mark} ${name.padEnd(7)} ${version.padEnd(9)} ${chalk.dim(rest)}`.trimEnd();
}

function renderShadow({ shadow }: DoctorView): string[] {
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
