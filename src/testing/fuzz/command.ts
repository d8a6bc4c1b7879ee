import type { RunContext } from '../../model/context.js';
import { CpexError } from '../../support/errors.js';
import { runFuzz } from './service.js';
import { fuzzProgress, fuzzText } from './text.js';

/** The flags of `cpex fuzz` as the parser gives them. */
export interface FuzzFlags {
  readonly time: string;
  readonly seed?: number | undefined;
  readonly method?: string | undefined;
  readonly corpus?: string | undefined;
  readonly jobs: number;
  readonly host?: string | undefined;
  readonly target?: string | undefined;
  readonly runner?: string | undefined;
  readonly timeout?: number | undefined;
  readonly debug?: boolean;
  readonly harness?: boolean;
  readonly json?: boolean;
}

interface FuzzOutcome {
  readonly value: unknown;
  readonly text: () => string;
  readonly exit?: number;
}

/** Fuzzes, or writes the harness for a coverage-guided fuzzer. */
export async function fuzzCommand(
  file: string | undefined,
  flags: FuzzFlags,
  context: RunContext,
): Promise<FuzzOutcome> {
  if (flags.harness) return (await import('./harness/command.js')).harnessCommand(file, context);
  const progress = fuzzProgress(process.stderr, flags.json ?? false, context.interactive);
  const emit: RunContext['emit'] = (event) => {
    progress.clear();
    context.emit(event);
  };
  try {
    const report = await runFuzz(
      {
        ...(file === undefined ? {} : { file }),
        ...(flags.host === undefined ? {} : { host: flags.host }),
        ...(flags.target === undefined ? {} : { target: flags.target }),
        ...(flags.runner === undefined ? {} : { runner: flags.runner }),
        ...(flags.timeout === undefined ? {} : { timeout: flags.timeout }),
        ...(flags.seed === undefined ? {} : { seed: flags.seed }),
        ...(flags.method === undefined ? {} : { method: flags.method }),
        ...(flags.corpus === undefined ? {} : { corpus: flags.corpus }),
        debug: flags.debug ?? false,
        jobs: flags.jobs,
        ms: millisecondsOf(flags.time),
        progress: progress.show,
      },
      { ...context, emit },
    );
    return { value: report, text: () => fuzzText(report), exit: report.failures.length === 0 ? 0 : 1 };
  } finally {
    progress.clear();
  }
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** `90s`, `5m`, `500ms`, `1h`; a number alone is seconds. */
function millisecondsOf(text: string): number {
  const [, number, unit = 's'] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text) ?? [];
  if (number === undefined) {
    throw new CpexError('CPEX_E_USAGE', `--time: expected a time such as 60s or 5m, found "${text}".`);
  }
  return Number(number) * (UNITS[unit] ?? 1000);
}
