import { stripVTControlCharacters } from 'node:util';
import chalk from 'chalk';
import { CpexError, isCpexError, systemCode } from '../support/errors.js';
import { printable } from '../support/printable.js';
import { wrap } from './wrap.js';

/** What a machine may answer to any call, whatever the program: full, closed, too many, too long. */
const REFUSALS: ReadonlySet<string> = new Set([
  'ENOSPC',
  'EDQUOT',
  'EROFS',
  'EACCES',
  'EPERM',
  'EMFILE',
  'ENFILE',
  'ENOMEM',
  'EIO',
  'ENAMETOOLONG',
  'ELOOP',
]);

/** Makes one of our errors out of anything that was thrown; what we do not know is a bug. */
export function toCpexError(thrown: unknown): CpexError {
  if (isCpexError(thrown)) return thrown;
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  if (error.name === 'AbortError' || error.name === 'ExitPromptError') {
    return new CpexError('CPEX_E_INTERRUPTED', 'Interrupted.', { cause: error });
  }
  if ('oclif' in error) return new CpexError('CPEX_E_USAGE', usageMessage(error), { cause: error });
  if (REFUSALS.has(systemCode(error) ?? '')) {
    return new CpexError('CPEX_E_SYSTEM', `The system refused something: ${error.message}.`, { cause: error });
  }
  return new CpexError('CPEX_E_BUG', error.message || error.name, { cause: error });
}

/**
 * The form of an error that people read, for stderr. Only bugs show a stack.
 * @param output what to show of the output of a tool that failed
 */
export function renderError(error: CpexError, output = error.output): string {
  if (error.code === 'CPEX_E_INTERRUPTED') return chalk.yellow(error.message);
  // Messages and evidence may quote a plugin or a file, whose control characters are not for terminals.
  const lines = [...output, `${chalk.red('✗')} ${chalk.bold(error.message.split('\n').map(plain).join('\n'))}`];
  for (const line of error.evidence.flatMap(foldList)) lines.push(`  ${chalk.dim('│')} ${line}`);
  if (error.kind === 'bug' && error.cause instanceof Error) lines.push(chalk.dim(error.cause.stack ?? ''));
  if (error.remedy !== undefined) lines.push(`  ${chalk.cyan('→')} ${error.remedy}`);
  lines.push(chalk.dim(`  ${error.code} · cpex explain ${error.code}`));
  return lines.join('\n');
}

/** Lists of names take several lines; all else stays whole, to be copied. */
function foldList(line: string): string[] {
  const [, title, names] = /^([a-z]+: )(\S+(?:, \S+){5,})$/.exec(line) ?? [];
  if (title === undefined || names === undefined) return [plain(line)];
  return wrap(plain(names), 76 - title.length).map(
    (part, at) => `${at === 0 ? title : ' '.repeat(title.length)}${part}`,
  );
}

/** One line for a terminal; tabs, which source positions and stacks hold, may stay. */
function plain(line: string): string {
  return line.split('\t').map(printable).join('\t');
}

/** oclif's messages have hints, colours and line ends of their own; we keep the sentence. */
function usageMessage(error: Error): string {
  const text = stripVTControlCharacters(error.message)
    .replace(/\n?See more help with --help$/, '')
    .replace(/\n\nNote: .+ allows? multiple values\..*$/s, '')
    .replace(/^The following errors? occurred:\s+/, '')
    .replace(/^(\s*--[\w-]+)=true /gm, '$1 ')
    .trim();
  const [, flag, expected, found] = /^Parsing (--\S+)\s+Expected (.+) but received: (.*)$/s.exec(text) ?? [];
  if (flag !== undefined) return `${flag}: expected ${expected}, found "${found}".`;
  const [, missing] = /^Missing \d+ required args?:\n(.+)$/s.exec(text) ?? [];
  if (missing !== undefined) {
    const names = missing.split('\n').map((line) => line.trim().split(/\s/, 1)[0]?.toUpperCase());
    return `Missing: ${names.join(', ')}.`;
  }
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
