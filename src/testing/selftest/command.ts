import type { RunContext } from '../../model/context.js';
import { selfTestReporter } from '../../report/reporters/selftest.js';
import { chosenReporters, openSinks } from '../../report/reporters/sinks.js';
import { CpexError } from '../../support/errors.js';
import { type TestFlags, type TestOutcome, writeAll } from '../command.js';
import { selfTest } from './service.js';

/** Runs the self-test and hands its results to the chosen reporters. */
export async function selfTestCommand(
  files: readonly string[],
  flags: TestFlags,
  context: RunContext,
): Promise<TestOutcome> {
  if (files.length > 0) throw new CpexError('CPEX_E_USAGE', 'The self-test brings its own plugins and takes no file.');
  const chosen = chosenReporters(flags.reporter, flags.json ?? false);
  const sinks = openSinks(chosen, context.cwd, writeAll, selfTestReporter);
  const watched: RunContext = {
    ...context,
    emit: (event) => {
      context.emit(event);
      sinks.event(event);
    },
  };
  const { only = [], jobs, seed, level } = flags;
  const report = await selfTest(
    { only, jobs, ...(seed === undefined ? {} : { seed }), ...(level === undefined ? {} : { level }) },
    watched,
  );
  await sinks.end(report);
  return { value: report, text: () => '', exit: report.ok ? 0 : 1 };
}
