import chalk from 'chalk';
import type { CpexEvent } from '../model/event.js';
import type { HookEvaluation, ServiceEvent } from '../model/profile.js';
import { stringifyExact } from '../support/exact-json.js';
import { printable } from '../support/printable.js';

/** The answer to a hook: the verdict in words, then the result. */
export function hookText(evaluation: HookEvaluation, result: unknown): string {
  const { violation } = (result ?? {}) as { violation?: { code?: string; reason?: string } };
  const why = violation === undefined ? '' : ` ${printable(`${violation.code}: ${violation.reason}`)}`;
  const word = evaluation.verdict === 'allow' ? chalk.green('allow') : chalk.red('deny');
  const change = evaluation.payloadModified ? ', payload modified' : '';
  const lines = [`${word}${change}${why}`, indented(result)];
  for (const finding of evaluation.findings) lines.push(`${chalk.yellow('!')} ${printable(finding.message)}`);
  return lines.join('\n');
}

/** Any JSON value, indented, integers exact; nothing in it can disturb a terminal. */
export function indented(value: unknown): string {
  return stringifyExact(value, 2).split('\n').map(escaped).join('\n');
}

function oneLine(value: unknown): string {
  return escaped(stringifyExact(value));
}

/** JSON leaves DEL, the C1 controls and the marks that turn text round as they are; `\u` keeps it JSON. */
function escaped(json: string): string {
  return json.replace(/[\p{Cc}\p{Cf}]/gu, (one) =>
    Array.from({ length: one.length }, (_, at) => `\\u${one.charCodeAt(at).toString(16).padStart(4, '0')}`).join(''),
  );
}

/** What a plugin did through its host, as lines for stderr; undefined for what is not shown. */
function serviceLine(event: ServiceEvent): string | undefined {
  switch (event.kind) {
    case 'log': {
      const colour = LEVELS[event.level] ?? chalk.dim;
      const fields = event.fields === undefined ? '' : ` ${chalk.dim(oneLine(event.fields))}`;
      return `${colour(event.level.padEnd(5))} ${printable(event.message)}${fields}`;
    }
    case 'event':
      return `${chalk.magenta('event')} ${printable(event.name)} ${chalk.dim(oneLine(event.data))}`;
    default:
      return undefined;
  }
}

const LEVELS: Readonly<Record<string, (text: string) => string>> = {
  trace: chalk.dim,
  debug: chalk.dim,
  info: chalk.blue,
  warn: chalk.yellow,
  error: chalk.red,
};

/** Characters of a text that a hint shows. */
const HINT_LIMIT = 400;

/** What the base64 of a result stands for, on one line. */
export function byteHint(path: string, text: string): string {
  const plain = printable(text);
  const shown = plain.length > HINT_LIMIT ? `${plain.slice(0, HINT_LIMIT)}… (${text.length} characters)` : plain;
  return chalk.dim(`${path} = ${shown}`);
}

/** The line above a piece of a stream. */
export function pieceHead(number: number, size: number): string {
  return chalk.dim(`piece ${number}, ${size} B`);
}

/** A piece of a stream: its lines as they are, with nothing that could disturb a terminal. */
export function pieceText(text: string): string {
  return text.split('\n').map(printable).join('\n').replace(/\n+$/, '');
}

export interface RunDisplay {
  readonly stdout: (bytes: Uint8Array) => void;
  readonly stderr: (text: string | Uint8Array) => void;
  /** Everything else that the shell shows. */
  readonly rest: (event: CpexEvent) => void;
}

/** Shows a plugin at work: a command's output where it belongs, logs and the plugin's own prints on stderr. */
export function runDisplay(display: RunDisplay): (event: CpexEvent) => void {
  return (event) => {
    if (event.type === 'plugin.output') {
      display.stderr(`${chalk.dim(`plugin ${event.stream} │`)} ${printable(event.text)}\n`);
    } else if (event.type === 'finding') {
      // Facts about the build are the business of build and check.
      if (event.finding.severity !== 'info')
        display.stderr(`${chalk.yellow('!')} ${printable(event.finding.message)}\n`);
    } else if (event.type === 'service' && event.event.kind === 'output') {
      if (event.event.stream === 'stdout') display.stdout(event.event.bytes);
      else display.stderr(event.event.bytes);
    } else if (event.type === 'service' && event.event.kind === 'step_log') {
      // What a step prints is no result.
      display.stderr(event.event.bytes);
    } else if (event.type === 'service') {
      const line = serviceLine(event.event);
      if (line !== undefined) display.stderr(`${line}\n`);
    } else if (event.type !== 'task.end' || event.reason !== 'unchanged') display.rest(event);
  };
}
