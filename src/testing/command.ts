import { writeSync } from 'node:fs';
import type { EngineName } from '../build/engine.js';
import type { PluginForm } from '../hosts/form.js';
import type { RunContext } from '../model/context.js';
import type { TestReport } from '../model/event.js';
import { type ApplicationFlags, type ApplicationWish, readApplication } from '../project/application.js';
import { outputError } from '../report/broken-output.js';
import { prettyReporter, verboseReporter } from '../report/reporters/pretty.js';
import { chosenReporters, openSinks } from '../report/reporters/sinks.js';
import { statusBelow, statusLine } from '../report/status-line.js';
import { systemCode } from '../support/errors.js';
import type { CodecChoice } from './cases/codecs.js';
import { runTests } from './service.js';

/** The flags of `cpex test` as the parser gives them. */
export interface TestFlags extends ApplicationFlags {
  readonly host?: string | undefined;
  readonly as?: PluginForm | 'both' | undefined;
  readonly target?: string | undefined;
  readonly engine?: EngineName | undefined;
  readonly runner?: string | undefined;
  readonly level?: number | undefined;
  readonly seed?: number | undefined;
  readonly only?: string[] | undefined;
  readonly skip?: string[] | undefined;
  readonly native?: boolean;
  readonly bail?: boolean;
  readonly update?: boolean;
  readonly reporter?: string[] | undefined;
  readonly timeout?: number | undefined;
  readonly jobs: number;
  readonly codec?: CodecChoice | undefined;
  readonly repeat?: number | undefined;
  readonly 'debug-build'?: boolean;
  readonly debug?: boolean;
  readonly debugger?: string | undefined;
  readonly baseline?: string | undefined;
  readonly repro?: string | undefined;
  readonly replay?: string | undefined;
  readonly verbose?: boolean;
  readonly json?: boolean;
}

/** What `cpex test` shows for itself. */
export interface TestOutcome {
  readonly value: TestReport;
  readonly text: () => string;
  readonly exit: number;
}

/** Runs the tests and hands events and report to the chosen reporters. */
export async function testCommand(
  files: readonly string[],
  flags: TestFlags,
  context: RunContext,
): Promise<TestOutcome> {
  const chosen = chosenReporters(flags.reporter, flags.json ?? false);
  const sinks = openSinks(chosen, context.cwd, writeAll, flags.verbose ? verboseReporter : prettyReporter);
  // A debugger has the terminal for itself, and verbose output is its own progress.
  const wanted = context.interactive && !(flags.debug || flags.verbose || flags.json);
  const status = statusBelow(statusLine(process.stderr, wanted), (event) => {
    if (event.type !== 'trace') context.emit(event);
    sinks.event(event);
  });
  const watched: RunContext = { ...context, emit: status.emit };
  try {
    const application = readApplication(flags, context.cwd);
    const replayed = flags.replay === undefined ? undefined : await replay(flags.replay, files, application, watched);
    const report = await runTests(
      {
        files,
        ...(flags.host === undefined ? {} : { host: flags.host }),
        ...(flags.timeout === undefined ? {} : { timeout: flags.timeout }),
        ...(flags.as === undefined ? {} : { as: flags.as }),
        ...(flags.target === undefined ? {} : { target: flags.target }),
        ...(flags.engine === undefined ? {} : { engine: flags.engine }),
        ...(flags.runner === undefined ? {} : { runner: flags.runner }),
        ...(flags.level === undefined ? {} : { level: flags.level }),
        ...(flags.seed === undefined ? {} : { seed: flags.seed }),
        application,
        only: flags.only ?? [],
        skip: flags.skip ?? [],
        native: flags.native ?? false,
        bail: flags.bail ?? false,
        update: flags.update ?? false,
        jobs: flags.jobs,
        ...(flags.codec === undefined ? {} : { codec: flags.codec }),
        ...(flags.repeat === undefined ? {} : { repeat: flags.repeat }),
        debug: (flags['debug-build'] ?? false) || (flags.debug ?? false),
        trace: sinks.traces,
        ...(flags.baseline === undefined ? {} : { baseline: flags.baseline }),
        ...(flags.repro === undefined ? {} : { repro: flags.repro }),
        ...(flags.debug ? { debugger: flags.debugger === undefined ? {} : { command: flags.debugger } } : {}),
        ...replayed,
      },
      watched,
    );
    status.clear();
    await sinks.end(report);
    return { value: report, text: () => '', exit: report.ok ? 0 : 1 };
  } finally {
    status.clear();
  }
}

async function replay(file: string, libraries: readonly string[], wish: ApplicationWish, context: RunContext) {
  const { replayOptions } = await import('./repro/replay.js');
  return replayOptions(file, libraries, wish, context);
}

/** Writes to stdout. Blocking, so that a report is whole even when stdout is a full pipe at the end of the process. */
export function writeAll(text: string): void {
  let bytes = Buffer.from(text);
  while (bytes.length > 0) {
    try {
      bytes = bytes.subarray(writeSync(1, bytes));
    } catch (error) {
      // The reader went away, which says nothing about the plugin.
      if (systemCode(error) === 'EPIPE') return;
      if (systemCode(error) !== 'EAGAIN') throw outputError(error);
    }
  }
}
