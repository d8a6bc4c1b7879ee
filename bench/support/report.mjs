// Rows, tables and the command line that all benchmarks share.

import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { requireBuilt } from './package.mjs';

/**
 * One line of a table.
 *
 * @typedef {object} Row
 * @property {string} what what was measured
 * @property {string} measured the figure with its unit
 * @property {number} [value] what the budget is about: a ratio, or the figure itself
 * @property {string} [shown] `value` as text; `1.23 ×` when absent
 * @property {number} [limit] the budget for `value`
 * @property {string} [budget] the budget as text
 */

/** A row whose budget is a ratio, or that shows a ratio without one. */
export function ratioRow(what, measured, ratio, limit) {
  return { what, measured, value: ratio, ...(limit === undefined ? {} : { limit, budget: `≤ ${limit} ×` }) };
}

export function verdict({ value, limit }) {
  if (limit === undefined || value === undefined) return '';
  return value <= limit ? 'within' : 'over';
}

const HEAD = ['what', 'measured', 'ratio', 'budget', 'verdict'];

function cells(row) {
  const shown = row.shown ?? (row.value === undefined ? '' : `${digits(row.value)} ×`);
  return [row.what, row.measured, shown, row.budget ?? '', verdict(row)];
}

/** Two or three digits that mean something. */
export function digits(value) {
  if (value >= 100) return value.toFixed(0);
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

/** Nanoseconds in the unit that suits them. */
export function time(ns) {
  if (ns < 1e3) return `${digits(ns)} ns`;
  if (ns < 1e6) return `${digits(ns / 1e3)} µs`;
  return ns < 1e9 ? `${digits(ns / 1e6)} ms` : `${digits(ns / 1e9)} s`;
}

export function milliseconds(ms) {
  return time(ms * 1e6);
}

export function mebibytes(bytes) {
  return `${digits(bytes / 2 ** 20)} MiB`;
}

/** A table for a terminal. */
export function plainTable({ title, rows }) {
  const lines = [HEAD, ...rows.map(cells)];
  const widths = HEAD.map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  const text = lines.map((line) =>
    line
      .map((cell, column) => pad(cell, widths[column], column))
      .join('  ')
      .trimEnd(),
  );
  return [title, ...text].join('\n');
}

/** Figures stand at the right, words at the left. */
function pad(cell, width, column) {
  return column === 1 || column === 2 ? cell.padStart(width) : cell.padEnd(width);
}

/** The same table in Markdown. */
export function markdownTable({ title, rows }) {
  const line = (words) => `| ${words.join(' | ')} |`;
  return [
    `### ${title}`,
    '',
    line(HEAD),
    '| --- | ---: | ---: | --- | --- |',
    ...rows.map((row) => line(cells(row))),
  ].join('\n');
}

/** Flags of every benchmark: `--json` for machines, `--quick` for one short round that only proves that it runs. */
export function flags(more = {}) {
  const { values } = parseArgs({
    options: { json: { type: 'boolean' }, quick: { type: 'boolean' }, ...more },
  });
  requireBuilt();
  return values;
}

/** Measures and prints, when the module is the program that was started. */
export async function main(url, measure) {
  if (process.argv[1] !== fileURLToPath(url)) return;
  const { json, quick = false } = flags();
  const table = await measure({ quick });
  process.stdout.write(`${json ? JSON.stringify(withVerdicts(table), null, 2) : plainTable(table)}\n`);
}

export function withVerdicts({ title, rows }) {
  return { title, rows: rows.map((row) => ({ ...row, verdict: verdict(row) })) };
}
