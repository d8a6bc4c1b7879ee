import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { type PlacedYaml, readPlacedYaml } from '../project/placed-yaml.js';
import type { Position } from '../project/yaml-positions.js';
import { CpexError, systemCode } from '../support/errors.js';

/** Something that keeps a file from being used. */
export interface PlacedProblem {
  /** Keys and indices from the top. */
  readonly path: readonly string[];
  /** Whether the key itself is wrong, or its value. */
  readonly part?: 'key' | 'value';
  /** A sentence or two; never holds values of a plugin's configuration. */
  readonly message: string;
}

/** A kind of file that users write: what its errors are called, and what they advise. */
export interface FileKind {
  readonly code: 'CPEX_E_PIPELINE_CONFIG' | 'CPEX_E_BUILD_PLAN';
  /** Put after the number of problems; the sentence's end alone when empty. */
  readonly consequence: string;
  readonly missing: string;
  readonly broken: string;
}

/**
 * Reads a file of YAML or JSON.
 * @param file absolute path
 * @throws CpexError of the kind's code where there is none, or it is neither
 */
export async function readPlacedFile(file: string, kind: FileKind): Promise<Pick<PlacedYaml, 'value' | 'at'>> {
  const shown = path.basename(file);
  const { value, problems, at } = readPlacedYaml(await readText(file, kind));
  if (problems.length === 0) return { value, at };
  const lines = problems.map(({ line, column, message }) => `${shown}:${line}:${column} ${message}`);
  throw problemsError(shown, lines, kind);
}

/**
 * Throws the kind's error with all problems, by their place in the file.
 * @param at positions in the file; problems are told without one when absent
 */
export function refuseProblems(
  problems: readonly PlacedProblem[],
  shown: string,
  at: ((path: readonly string[], part: 'key' | 'value') => Position) | undefined,
  kind: FileKind,
): void {
  if (problems.length === 0) return;
  const placed = problems.map((problem) => ({ ...problem, ...at?.(problem.path, problem.part ?? 'value') }));
  placed.sort((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
  const evidence = placed.map(({ line, column, path: where, message }) => {
    const position = line === undefined ? shown : `${shown}:${line}:${column}`;
    return `${position} ${where.length === 0 ? '' : `${where.join('.')}: `}${message}`;
  });
  throw problemsError(shown, evidence, kind);
}

/** The entries of a list whose text another one before them has. */
export function repeatedTexts(
  texts: readonly (string | undefined)[],
  problem: (index: number, text: string, first: number) => PlacedProblem,
): PlacedProblem[] {
  return texts.flatMap((text, index) => {
    const first = texts.indexOf(text);
    return text === undefined || first === index ? [] : [problem(index, text, first)];
  });
}

/** What is said of a plugin's name that is there twice. */
export function repeatedName(index: number, name: string, first: number): PlacedProblem {
  const message = `expected each name once, found "${name}" again: entry ${first + 1} has it.`;
  return { path: ['plugins', String(index), 'name'], message };
}

function problemsError(shown: string, evidence: readonly string[], { code, consequence, broken }: FileKind): CpexError {
  const count = evidence.length === 1 ? 'one problem' : `${evidence.length} problems`;
  return new CpexError(code, `${shown} has ${count}${consequence}.`, { evidence, remedy: broken });
}

async function readText(file: string, { code, missing: remedy }: FileKind): Promise<string> {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file));
  } catch (error) {
    const missing = systemCode(error) === 'ENOENT';
    const reason = error instanceof TypeError && systemCode(error)?.startsWith('ERR_ENC') ? 'it is not UTF-8' : error;
    throw new CpexError(code, `${missing ? 'There is no file' : 'Cannot read'} ${file}.`, {
      evidence: missing ? [] : [reason instanceof Error ? reason.message : String(reason)],
      remedy,
    });
  }
}
