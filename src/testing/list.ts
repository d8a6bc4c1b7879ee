import chalk from 'chalk';
import { CATALOGUE } from './conformance/catalogue.js';

/** The catalogue for `cpex test --list`: ids, what they show, how they see it, time budget. */
export function listTests(): { value: unknown; text: () => string } {
  const rows = CATALOGUE.map(({ run: _, ...row }) => row);
  return {
    value: rows,
    text: () =>
      rows
        .map(({ id, level, title, catches, detect, clause, budgetMs }) => {
          const about = `catches ${catches} · seen by ${detect} · ${budgetMs} ms · ${clause}`;
          return `${String(level).padStart(2)}  ${id.padEnd(21)} ${title}\n${chalk.dim(`    ${' '.repeat(22)}${about}`)}`;
        })
        .join('\n'),
  };
}
