import path from 'node:path';
import { CpexError } from '../../support/errors.js';
import { readTextIfThere } from '../../support/files.js';
import { validate } from '../../support/schemas.js';
import type { ToolLock } from './model.js';

/** Lies beside `cpex.yaml` and is committed. */
export const TOOL_LOCK = 'cpex-toolchains.lock';

/** Version of the file's format that this cpex reads and writes. */
const VERSION = 1;
/** Problems of a damaged file to show. */
const SHOWN = 8;

export function toolLockFile(root: string): string {
  return path.join(root, TOOL_LOCK);
}

/**
 * The lock file of a project; undefined when there is none.
 * @throws CpexError `CPEX_E_TOOL_LOCK_FILE` for one that is damaged, newer, or something else altogether
 */
export async function readToolLock(root: string): Promise<ToolLock | undefined> {
  const text = await readTextIfThere(toolLockFile(root));
  return text === undefined ? undefined : parseToolLock(text);
}

/** The file's text: keys sorted, so that it depends on what it says alone. */
export function toolLockText({ v, targets }: ToolLock): string {
  return `${JSON.stringify({ v, targets: sorted(targets) }, null, 2)}\n`;
}

function parseToolLock(text: string): ToolLock {
  if (/^(?:<{7}|>{7}) /m.test(text)) {
    throw damaged('holds a merge that nobody finished', [], 'Keep the entries of both sides, one for each target.');
  }
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw damaged('is not JSON', [(error as Error).message]);
  }
  const version = (value as { v?: unknown } | null)?.v;
  if (typeof version === 'number' && Number.isInteger(version) && version > VERSION) {
    throw damaged(
      'was written by a newer cpex',
      [`its format: ${version}`, `known here: ${VERSION}`],
      'Install the cpex that wrote it, or a newer one.',
    );
  }
  const problems = validate('toolchainsLock', value).map(
    ({ path: at, message }) => `${at.join('.') || 'the file'}: ${message}`,
  );
  if (problems.length > 0) throw damaged('is not a lock file of cpex', problems);
  return value as ToolLock;
}

function damaged(what: string, problems: readonly string[], remedy?: string): CpexError {
  const more = problems.length - SHOWN;
  return new CpexError('CPEX_E_TOOL_LOCK_FILE', `${TOOL_LOCK} ${what}.`, {
    evidence: [...problems.slice(0, SHOWN), ...(more > 0 ? [`and ${more} more`] : [])],
    remedy:
      remedy ?? 'Take the last good one from version control, or delete it and make it anew with cpex build --lock.',
  });
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, one]) => [key, sorted(one)]));
}
