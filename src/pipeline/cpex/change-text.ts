import chalk from 'chalk';
import { indented } from '../../report/run-text.js';
import { printable } from '../../support/printable.js';
import type { Change } from './types.js';

/** Characters before the first difference of two texts that are shown. */
const LEAD = 24;

/** A change as lines: on one where it fits, else the value before and the value after below its place. */
export function changeLines({ path, before, after }: Change, width: number): string[] {
  const place = printable(path);
  const from = before === undefined ? undefined : compact(before);
  const to = after === undefined ? undefined : compact(after);
  const one = [place, from ?? '', to ?? ''].join(' → ');
  if (one.length <= width) {
    if (from === undefined) return [`${place}: ${chalk.green(`+ ${to}`)}`];
    if (to === undefined) return [`${place}: ${chalk.red(`- ${from}`)}`];
    return [`${place}: ${chalk.red(from)} → ${chalk.green(to)}`];
  }
  const [first, second] = window(from ?? '', to ?? '', width - 4);
  return [
    place,
    ...(from === undefined ? [] : [chalk.red(`  - ${first}`)]),
    ...(to === undefined ? [] : [chalk.green(`  + ${second}`)]),
  ];
}

/** A JSON value on one line. */
function compact(value: unknown): string {
  return indented(value)
    .split('\n')
    .map((line) => line.trim())
    .join(' ');
}

/** Both texts from shortly before their first difference, cut to what fits. */
function window(before: string, after: string, width: number): [string, string] {
  let same = 0;
  while (same < before.length && before[same] === after[same]) same += 1;
  const longest = Math.max(before.length, after.length);
  const start = longest <= width || before === '' || after === '' ? 0 : Math.max(0, same - LEAD);
  const cut = (text: string) => {
    const head = start > 0 ? '…' : '';
    const rest = text.slice(start);
    const room = width - head.length;
    return head + (rest.length > room ? `${rest.slice(0, Math.max(1, room - 1))}…` : rest);
  };
  return [cut(before), cut(after)];
}
