import path from 'node:path';
import type { CpexEvent, TestReport } from '../../model/event.js';
import { CpexError } from '../../support/errors.js';
import { didYouMean } from '../../support/suggest.js';
import { writeOutput } from '../write-output.js';
import { badgeReporter } from './badge.js';
import { githubReporter } from './github.js';
import { htmlReporter } from './html.js';
import { jsonReporter, ndjsonReporter } from './json.js';
import { junitReporter } from './junit.js';
import { prettyReporter } from './pretty.js';
import type { Reporter } from './reporter.js';
import { sarifReporter } from './sarif.js';
import { tapReporter } from './tap.js';
import { traceReporter } from './trace.js';

/** A reporter, or what makes one anew for each run, where it keeps something. */
type Entry<Report> = Reporter<Report> | (() => Reporter<Report>);

const REPORTERS: Readonly<Record<string, Entry<TestReport>>> = {
  pretty: prettyReporter,
  json: jsonReporter,
  ndjson: ndjsonReporter,
  junit: junitReporter,
  tap: tapReporter,
  github: githubReporter,
  sarif: sarifReporter,
  html: htmlReporter,
  trace: traceReporter,
  badge: badgeReporter,
};

/** Names that `--reporter` takes. */
export const REPORTER_NAMES = Object.keys(REPORTERS);

/** Several reporters at once: those without a file write to stdout, the others to theirs. */
export interface Sinks<Report = TestReport> {
  /** One of them wants to see every message that crosses. */
  readonly traces: boolean;
  event(event: CpexEvent): void;
  end(report: Report): Promise<void>;
}

/**
 * The reporters that were asked for, or the usual one. With --json stdout belongs to the one object
 * of the command; reporters with a file still work.
 */
export function chosenReporters(given: readonly string[] | undefined, json: boolean): readonly string[] {
  const chosen = given ?? (json ? [] : ['pretty']);
  const loud = json ? chosen.find((word) => !word.includes('=')) : undefined;
  if (loud === undefined) return chosen;
  const message = `With --json nothing else can write to stdout, and the reporter ${loud} would.`;
  throw new CpexError('CPEX_E_USAGE', message, { remedy: `Give it a file: --reporter ${loud}=FILE` });
}

/** The reporters of a test run, `pretty` perhaps one of its own. As {@link openSinksOf}. */
export function openSinks(
  words: readonly string[],
  cwd: string,
  stdout: (text: string) => void,
  pretty: Reporter = prettyReporter,
): Sinks {
  return openSinksOf({ ...REPORTERS, pretty }, words, cwd, stdout);
}

/** @param words `NAME` or `NAME=FILE`; files are relative to `cwd` */
export function openSinksOf<Report>(
  reporters: Readonly<Record<string, Entry<Report>>>,
  words: readonly string[],
  cwd: string,
  stdout: (text: string) => void,
): Sinks<Report> {
  const names = Object.keys(reporters);
  const sinks = words.map((word) => {
    const [name = '', ...rest] = word.split('=');
    const entry = Object.hasOwn(reporters, name) ? reporters[name] : undefined;
    if (entry === undefined) {
      throw new CpexError('CPEX_E_REPORTER_UNKNOWN', `There is no reporter "${name}".${didYouMean(name, names)}`, {
        remedy: `Reporters: ${names.join(', ')}.`,
      });
    }
    if (rest.length > 0 && rest.join('=') === '') {
      throw new CpexError('CPEX_E_USAGE', `The reporter ${name} has an equals sign and no file after it.`);
    }
    const reporter = typeof entry === 'function' ? entry() : entry;
    return { reporter, file: rest.length === 0 ? undefined : path.resolve(cwd, rest.join('=')), text: '' };
  });
  if (sinks.filter(({ file }) => file === undefined).length > 1) {
    throw new CpexError('CPEX_E_USAGE', 'Only one reporter can write to stdout.', {
      remedy: `Give the others a file: --reporter ${names.includes('junit') ? 'junit=report.xml' : 'sarif=report.sarif'}`,
    });
  }
  const files = sinks.flatMap(({ file }) => file ?? []);
  const twice = files.find((file, at) => files.indexOf(file) !== at);
  if (twice !== undefined) {
    throw new CpexError('CPEX_E_USAGE', `Two reporters write to the same file: ${path.relative(cwd, twice)}.`);
  }
  return {
    traces: sinks.some(({ reporter }) => reporter.traces),
    event: (event) => {
      for (const sink of sinks) {
        if (event.type === 'trace' && !sink.reporter.traces) continue;
        const text = sink.reporter.event?.(event);
        if (text === undefined) continue;
        if (sink.file === undefined) stdout(text);
        else sink.text += text;
      }
    },
    end: async (report) => {
      for (const { reporter, file, text } of sinks) {
        const last = reporter.end(report, cwd, file);
        if (file === undefined) {
          stdout(last);
        } else {
          await writeOutput(file, text + last, 'The report');
        }
      }
    },
  };
}
