import path from 'node:path';
import chalk from 'chalk';
import type { PairReport, RunReport, TargetsReport } from '../model/doctor.js';
import { LANGUAGE_NAMES } from '../model/target.js';
import { wrap } from './wrap.js';

/** Columns of the longest name of a target, `linux-arm64-musl`. */
const NAME_WIDTH = 16;
/** Columns before what is said of a pair: target, language and mark. */
const INDENT = NAME_WIDTH + ' · Rust ✗ '.length;
/** Columns before commands on lines of their own: they should stay whole. */
const COMMAND_INDENT = 4;

/**
 * One line for each target and language. Where a width is known, on a terminal, what does not fit goes on
 * below its beginning; in a pipe every pair keeps one line.
 */
export function renderTargets({ pairs, host }: TargetsReport, width?: number): string {
  const rows = pairs.flatMap((pair) => renderPair(pair, width));
  return [chalk.bold(`Targets from this machine (${host})`), ...rows, '', summary(pairs)].join('\n');
}

function renderPair(pair: PairReport, width: number | undefined): string[] {
  const start = `${pair.target.padEnd(NAME_WIDTH)} · ${LANGUAGE_NAMES[pair.language].padEnd(4)}`;
  const said = pair.problem?.message ?? `${toolOf(pair)} · ${howRun(pair.run)}`;
  const remedy = pair.remedy === undefined ? [] : [`→ ${pair.remedy}`];
  const notes = [...pair.notes, ...runNotes(pair)].map((note) => `! ${note}`);
  const line = `${start} ${markOf(pair)} ${coloured([said, ...remedy, ...notes].join(' '))}`;
  if (width === undefined || INDENT + [said, ...remedy, ...notes].join(' ').length <= width) return [line];
  const below = (text: string, indent: number) => wrap(text, width - indent).map((one) => ' '.repeat(indent) + one);
  const [first = '', ...rest] = wrap(said, width - INDENT);
  return [
    `${start} ${markOf(pair)} ${first}`,
    ...rest.map((one) => ' '.repeat(INDENT) + one),
    ...waysOf(pair)
      .flatMap((way) => below(way, pair.state === 'impossible' ? INDENT : COMMAND_INDENT))
      .map(coloured),
    ...notes.flatMap((note) => below(note, INDENT)).map(coloured),
  ];
}

/** Each way to mend it on a line of its own. What is impossible is mended by no command: its remedy is a sentence. */
function waysOf({ remedy, state }: PairReport): string[] {
  if (remedy === undefined) return [];
  const ways = state === 'impossible' ? [remedy] : remedy.split(', or ');
  return ways.map((way, index) => (index === 0 ? `→ ${way}` : `or ${way}`));
}

/** What makes the difference between targets: the compiler, by the name that tells it from others; else the leading tool. */
function toolOf({ compiler, tools }: PairReport): string {
  if (compiler !== undefined) return `${path.parse(compiler.path).name} ${compiler.version}`;
  const [tool] = tools;
  return tool === undefined ? '' : `${tool.name} ${tool.version}`;
}

function howRun(run: RunReport): string {
  switch (run.state) {
    case 'native':
      return 'runs here';
    case 'runner':
      return `runs with ${run.command.map((word) => path.basename(word))[0]}`;
    case 'missing':
    case 'invalid':
      return 'not run here';
    case 'none':
      return 'built, not run';
  }
}

/** What would let it run, where something would. */
function runNotes({ run, state }: PairReport): string[] {
  if (state !== 'ready') return [];
  if (run.state === 'missing') return [`run: ${run.what} is missing → ${run.remedy}`];
  return run.state === 'invalid' ? [`run: ${run.message}`] : [];
}

function markOf({ state }: PairReport): string {
  if (state === 'impossible') return chalk.dim('-');
  return state === 'ready' ? chalk.green('✓') : chalk.red('✗');
}

function coloured(text: string): string {
  return text.replace('→', chalk.cyan('→')).replace(/(^|\s)!(?=\s)/, `$1${chalk.yellow('!')}`);
}

function summary(pairs: readonly PairReport[]): string {
  const count = (state: PairReport['state']) => pairs.filter((pair) => pair.state === state).length;
  const ready = count('ready');
  const sums = [`${ready === 0 ? 'none' : ready} can be built here`];
  if (count('lacking') > 0) sums.push(`${count('lacking')} cannot yet`);
  if (count('impossible') > 0) sums.push(`${count('impossible')} cannot anywhere`);
  return `${sums.join(', ')}.`.replace(/^n/, 'N');
}
