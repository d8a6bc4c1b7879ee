import chalk from 'chalk';
import { renderFinding } from '../../report/reporters/pretty.js';
import { statusLine } from '../../report/status-line.js';
import type { CampaignState } from './campaign.js';
import type { FuzzReport } from './service.js';

/** What a run came to, for people. */
export function fuzzText({
  failures,
  calls,
  callsPerSecond,
  callsBy,
  idle,
  replayed,
  elapsedMs,
  ...report
}: FuzzReport): string {
  const told = new Set<string>();
  const blocks = failures.map(({ finding, times, known }) => {
    const often = known ? 'in the corpus' : times === 1 ? 'once' : `${times} times`;
    return [`${chalk.red('✗')} ${finding.id} ${chalk.dim(often)}`, ...renderFinding(finding, told), ''].join('\n');
  });
  const by = Object.entries(callsBy).map(([fuzzer, some]) => {
    const reason = idle[fuzzer as keyof typeof idle];
    return `  ${fuzzer.padEnd(7)}${reason === undefined ? `${count(some)} calls` : chalk.dim(`left out: ${reason}`)}`;
  });
  const found = failures.length === 0 ? chalk.green('nothing found') : chalk.red(`${failures.length} found`);
  const mark = failures.length === 0 ? chalk.green('✓') : chalk.red('✗');
  const again = replayed === 0 ? '' : `${replayed} of the corpus again · `;
  const facts = `host ${report.profile} · seed ${report.seed} · ${again}${(elapsedMs / 1000).toFixed(1)} s`;
  const speed = `${count(calls)} calls, ${count(callsPerSecond)} a second`;
  return [...blocks, ...by, `${mark} ${found}  ${speed}  ${chalk.dim(facts)}`].join('\n');
}

/** Milliseconds between two lines of progress: on a terminal one line that changes, else now and then a new one. */
const TERMINAL_MS = 200;
const PIPE_MS = 10_000;

/** How far a run is, on stderr. `clear` takes the line on a terminal away. */
export interface FuzzProgress {
  readonly show: (state: CampaignState) => void;
  readonly clear: () => void;
}

/** Shows how far a run is: on a terminal where somebody sits, else as lines. */
export function fuzzProgress(stream: NodeJS.WriteStream, quiet: boolean, interactive: boolean): FuzzProgress {
  const line = statusLine(stream, interactive && !quiet);
  const every = interactive ? TERMINAL_MS : PIPE_MS;
  let last = 0;
  return {
    show: ({ elapsedMs, calls, failures }) => {
      if (quiet || elapsedMs - last < every) return;
      last = elapsedMs;
      const speed = count(Math.round((calls / elapsedMs) * 1000));
      const text = `fuzzing ${(elapsedMs / 1000).toFixed(0)} s · ${count(calls)} calls · ${speed} a second · ${failures} found`;
      if (interactive) line.show(text);
      else stream.write(`${text}\n`);
    },
    clear: line.clear,
  };
}

function count(number: number): string {
  return number.toLocaleString('en-US');
}
