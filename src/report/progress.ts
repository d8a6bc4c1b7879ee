import path from 'node:path';
import chalk from 'chalk';
import type { CpexEvent } from '../model/event.js';
import { shortPath } from './short-path.js';

/** What is shown of a command's events. */
export interface ProgressOptions {
  /** Nothing but errors. */
  readonly quiet: boolean;
  /** Also the lines that tools print. */
  readonly verbose: boolean;
  /** The working folder: a manifest that was found elsewhere is named. */
  readonly cwd: string;
  readonly write: (text: string) => void;
}

/** Turns events into plain lines for stderr; used in pipes, in CI and beside a live display. */
export function plainProgress(options: ProgressOptions): (event: CpexEvent) => void {
  let manifest: string | undefined;
  const block = taskBlocks(options);
  return (event) => {
    if (event.type === 'config') {
      if (event.file === manifest) return;
      manifest = event.file;
    }
    const line = options.quiet ? undefined : lineFor(event, options);
    const text = line === undefined ? '' : `${line}\n`;
    const shown = block(event, text);
    if (shown !== '') options.write(shown);
  };
}

/**
 * Keeps what several tasks print at a time apart: where more than one was announced, the lines of each come in one
 * block when it ends.
 */
function taskBlocks({ verbose }: ProgressOptions): (event: CpexEvent, text: string) => string {
  const kept = new Map<string, string>();
  let several = false;
  return (event, text) => {
    if (event.type === 'task.plan') several = event.tasks.length > 1;
    if (!several || !verbose) return text;
    const task = event.type === 'task.start' || event.type === 'task.line' ? event.id : undefined;
    if (event.type === 'task.end') {
      const block = kept.get(event.id) ?? '';
      kept.delete(event.id);
      return block + text;
    }
    if (task === undefined) return text;
    kept.set(task, (kept.get(task) ?? '') + text);
    return '';
  };
}

function lineFor(event: CpexEvent, { verbose, cwd }: ProgressOptions): string | undefined {
  switch (event.type) {
    case 'config':
      return verbose || path.dirname(event.file) !== cwd ? chalk.dim(`using ${shortPath(event.file, cwd)}`) : undefined;
    case 'note':
      return event.level === 'warn' ? `${chalk.yellow('!')} ${event.text}` : chalk.dim(event.text);
    case 'task.start':
      return verbose ? `${chalk.dim('·')} ${event.title}` : undefined;
    case 'task.line':
      return verbose ? chalk.dim(`  ${event.line}`) : undefined;
    case 'task.end':
      return taskEnd(event);
    default:
      return undefined;
  }
}

function taskEnd(event: Extract<CpexEvent, { type: 'task.end' }>): string {
  const time = chalk.dim(`${(event.durationMs / 1000).toFixed(1)} s`);
  const reason = event.reason === undefined ? '' : ` ${chalk.dim('·')} ${event.reason}`;
  if (event.outcome === 'skipped') return `${chalk.dim('-')} ${event.title}${reason}`;
  return `${event.outcome === 'done' ? chalk.green('✓') : chalk.red('✗')} ${event.title} ${time}${reason}`;
}
