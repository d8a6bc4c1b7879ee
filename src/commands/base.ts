import { Command } from '@oclif/core/command';
import { boolean } from '@oclif/core/flags';
import type { Input, ParserOutput } from '@oclif/core/interfaces';
import type { RunContext } from '../model/context.js';
import type { CpexEvent } from '../model/event.js';
import { renderError, toCpexError } from '../report/error-text.js';
import { plainProgress } from '../report/progress.js';
import { runCleanups } from '../support/cleanup.js';
import { CpexError } from '../support/errors.js';
import { watchInterruption } from '../support/interruption.js';
import { didYouMean } from '../support/suggest.js';
import { printJson, wantsJson } from './json-result.js';
import { isInteractive } from './terminal.js';

/** What a command has to show for itself: a value for machines, a text for people, an exit code. */
export interface Outcome {
  readonly value: unknown;
  /** Text for stdout, without the last line end; empty prints nothing. */
  readonly text: () => string | Promise<string>;
  /** Text for stderr, before the other, with its last line end; empty prints nothing. */
  readonly problems?: () => string;
  /** 0 when absent. */
  readonly exit?: number;
  /** Reported after the text; its exit code counts. */
  readonly failure?: CpexError;
}

/** The flags that decide what is shown while a command works. */
export interface WorkFlags {
  readonly json?: boolean | undefined;
  readonly verbose?: boolean | undefined;
}

/** Flags or arguments by name, as the parser gives them. */
type Values = Record<string, unknown>;

/**
 * What all commands share: `--json`, interruption, progress on stderr, errors with stable codes.
 * A command parses its flags, calls one service inside {@link work} and names how to render it.
 */
export abstract class CpexCommand extends Command {
  static override baseFlags = {
    json: boolean({
      description: 'Print one JSON object on stdout instead of text.',
      env: 'CPEX_JSON',
      helpGroup: 'GLOBAL',
    }),
  };

  /** As oclif parses, and makes a list of what the variable of a repeatable flag holds. */
  protected override async parse<F extends Values, B extends Values, A extends Values>(
    options?: Input<F, B, A>,
    argv?: string[],
  ): Promise<ParserOutput<F, B, A>> {
    const parsed = await super.parse(options, argv);
    const flags: Values = parsed.flags;
    for (const [name, flag] of Object.entries({ ...this.ctor.baseFlags, ...this.ctor.flags })) {
      const value: unknown = flags[name];
      if (value === '') throw new CpexError('CPEX_E_USAGE', `--${name} was given an empty value.`);
      const onLine = parsed.raw.some((token) => token.type === 'flag' && token.flag === name);
      if (flag.type === 'boolean' && flag.env !== undefined && !onLine) requireYesOrNo(flag.env);
      if (flag.type === 'option' && flag.multiple && typeof value === 'string') flags[name] = listOf(value);
    }
    return parsed;
  }

  /** Runs a service and prints its outcome. `live` replaces the plain progress lines. */
  protected async work(
    flags: WorkFlags,
    service: (context: RunContext) => Promise<Outcome>,
    live?: (event: CpexEvent) => void,
  ): Promise<void> {
    const interruption = watchInterruption();
    const write = (text: string) => void process.stderr.write(text);
    const quiet = flags.json ?? false;
    const cwd = process.cwd();
    const context: RunContext = {
      cwd,
      env: process.env,
      emit: live ?? plainProgress({ quiet, verbose: (flags.verbose ?? false) && !quiet, cwd, write }),
      signal: interruption.signal,
      interactive: isInteractive(),
    };
    try {
      const { value, text, problems, failure, exit = failure?.exit ?? 0 } = await service(context);
      if (flags.json) {
        printJson(this.id ?? null, {
          ok: exit === 0,
          result: value,
          ...(failure === undefined ? {} : { error: failure.toJSON() }),
        });
      } else {
        process.stderr.write(problems?.() ?? '');
        await print(await text());
        if (failure !== undefined) process.stderr.write(`${renderError(failure)}\n`);
      }
      process.exitCode = exit;
    } finally {
      interruption.stop();
      await runCleanups();
    }
  }

  /** Every failure ends here: a text on stderr, or an object on stdout with `--json`. */
  override async catch(thrown: unknown): Promise<void> {
    const known = unknownFlag(thrown, Object.keys(this.ctor.flags ?? {})) ?? toCpexError(thrown);
    const error =
      known.code === 'CPEX_E_USAGE' ? withRemedy(known, `cpex ${this.id} --help shows what it takes.`) : known;
    process.exitCode = error.exit;
    // Else oclif warns, where NODE_ENV is "development", that nothing was parsed.
    this.parsed = true;
    if (wantsJson(this.argv)) printJson(this.id ?? null, { ok: false, error: error.toJSON() });
    else process.stderr.write(`${renderError(error)}\n`);
  }
}

/** oclif takes every word that it does not know as no; a misspelt yes would go unnoticed. */
function requireYesOrNo(variable: string): void {
  const word = process.env[variable] ?? '';
  if (word === '' || /^(1|true|yes|y|0|false|no|n)$/i.test(word)) return;
  throw new CpexError('CPEX_E_USAGE', `The variable ${variable} holds "${word}", which is neither yes nor no.`, {
    remedy: 'Set it to 1, true, yes or y, or to 0, false, no or n, or unset it.',
  });
}

/** Several values in one variable are parted by commas. */
function listOf(text: string): string[] {
  return text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
}

async function print(text: string): Promise<void> {
  if (text !== '') await new Promise<void>((done) => process.stdout.write(`${text}\n`, () => done()));
}

/** oclif's complaint about unknown flags, with the flag that was meant. */
function unknownFlag(thrown: unknown, known: readonly string[]): CpexError | undefined {
  const unknown = (thrown as { flags?: unknown } | null)?.flags;
  if (!(thrown instanceof Error && thrown.constructor.name === 'NonExistentFlagsError' && Array.isArray(unknown))) {
    return undefined;
  }
  const [first = ''] = unknown as string[];
  const dashed = ['json', ...known].map((name) => `--${name}`);
  return new CpexError('CPEX_E_USAGE', `There is no flag ${unknown.join(', ')}.${didYouMean(first, dashed)}`);
}

/** The error with a remedy where it names none. */
function withRemedy(error: CpexError, remedy: string): CpexError {
  if (error.remedy !== undefined) return error;
  const { code, message, evidence, cause } = error;
  return new CpexError(code, message, { evidence, cause, remedy });
}
