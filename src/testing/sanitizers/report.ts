import path from 'node:path';
import type { Finding } from '../../model/finding.js';

/** One place of a stack. */
export interface StackFrame {
  /** Absolute path of the file of code. */
  readonly module: string;
  /** Offset within the module, as the tool writes it. */
  readonly offset: string;
  readonly name: string;
  /** Source file and line, where debug information names them. */
  readonly source?: string;
}

/** What a tool says about one stack: where it happened, where a block came from. */
export interface Stack {
  readonly title: string;
  readonly frames: readonly StackFrame[];
}

/** One error that a sanitizer or valgrind has seen. */
export interface Report {
  /** In the tool's words: `heap-use-after-free`, `data race`, `Invalid read of size 1`. */
  readonly what: string;
  readonly stacks: readonly Stack[];
}

/** Findings that are shown; a plugin with that many errors has one that is behind the others. */
const MOST = 8;

/** Frames of a stack that are shown. */
const DEPTH = 6;

/**
 * The reports that concern a plugin, each defect once.
 * @param module absolute path of the plugin's library
 * @param root folder that paths are shown from, where there is a project
 */
export function findingsOf(id: string, reports: readonly Report[], module: string, root?: string): Finding[] {
  const seen = new Map<string, Finding>();
  for (const report of reports) {
    const own = report.stacks
      .filter(isOfAccess)
      .flatMap((stack) => stack.frames.filter((frame) => frame.module === module));
    const first = inSources(own, root)[0];
    if (first === undefined) continue;
    const where = place(first, root);
    const key = `${report.what} ${where}`;
    if (seen.has(key)) continue;
    seen.set(key, {
      id,
      severity: 'fail',
      message: `${report.what}, in ${where}.`,
      evidence: report.stacks.flatMap((stack) => linesOf(stack, module, root)),
    });
  }
  const all = [...seen.values()];
  const rest = all.length - MOST;
  const more: Finding = { id, severity: 'fail', message: `${rest} more were reported.` };
  return rest > 0 ? [...all.slice(0, MOST), more] : all;
}

/** Where a thread was started says nothing about whose fault an error is. */
function isOfAccess({ title }: Stack): boolean {
  return !/created (?:by|at)/.test(title);
}

/** The frames in files of the project where there are some: the rest is the standard library of its language. */
function inSources(frames: readonly StackFrame[], root: string | undefined): readonly StackFrame[] {
  const own = frames.filter(({ source }) => root !== undefined && source?.startsWith(`${root}/`));
  return own.length === 0 ? frames : own;
}

/** A stack in lines: what its own code was called through is left out, and the runtime below it. */
function linesOf({ title, frames }: Stack, module: string, root: string | undefined): string[] {
  const own = inSources(
    frames.filter((frame) => frame.module === module),
    root,
  ).slice(0, DEPTH);
  if (own.length === 0) return [];
  const [top] = frames;
  const through = top !== undefined && top !== own[0] ? [`  in ${top.name}, called by`] : [];
  return [...(title === '' ? [] : [title]), ...through, ...own.map((frame) => `  ${place(frame, root)}`)];
}

function place({ name, source, module, offset }: StackFrame, root: string | undefined): string {
  const where = source === undefined ? `${path.basename(module)}+${offset}` : shorten(source, root);
  return name === '' ? where : `${name} (${where})`;
}

function shorten(source: string, root: string | undefined): string {
  if (root === undefined) return source;
  const relative = path.relative(root, source);
  return relative.startsWith('..') ? source : relative;
}
