import chalk from 'chalk';
import { CATALOGUE } from './conformance/catalogue.js';
import { PROBE_JUDGES } from './conformance/run.js';

/** The catalogue for `cpex test --list`: ids, what they show, how, and what cannot run yet. */
export function listTests(): { value: unknown; text: () => string } {
  const rows = CATALOGUE.map(({ run, ...row }) => ({ ...row, available: run !== undefined }));
  return {
    value: rows,
    text: () =>
      rows
        .map(({ id, level, title, catches, clause, available }) => {
          const note = available ? '' : chalk.dim(` (${PROBE_JUDGES})`);
          return `${String(level).padStart(2)}  ${id.padEnd(16)} ${title}${note}\n${chalk.dim(`    ${' '.repeat(17)}catches ${catches} · ${clause}`)}`;
        })
        .join('\n'),
  };
}
