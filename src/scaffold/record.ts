import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { sha256Hex } from '../support/digest.js';
import { capabilityText, type NewAnswers } from './answers.js';

/** Where a project keeps what it was made from. */
export const RECORD_FILE = '.cpex/scaffold.json';

/** What `cpex new` wrote, for later updates. */
export interface ScaffoldRecord {
  /** Version of this file's format. */
  readonly format: 1;
  /** Version of the cpex that wrote it. */
  readonly cpex: string;
  readonly template: { readonly id: string; readonly version: number };
  readonly answers: Readonly<Record<string, unknown>>;
  /** Project path → SHA-256 of the content, line ends counted as LF. */
  readonly files: Readonly<Record<string, string>>;
}

/** SHA-256 of a text file's content; Git's line end conversion does not count as an edit. */
export function contentHash(text: string): string {
  return sha256Hex(text.replaceAll('\r\n', '\n'));
}

/** The answers worth keeping: all but the place on this machine. */
export function recordedAnswers(answers: NewAnswers): Readonly<Record<string, unknown>> {
  const { root: _root, capabilities, ...rest } = answers;
  return { ...rest, capabilities: capabilities.map(capabilityText) };
}

/** The record of a project; undefined when there is none that can be read. */
export async function readRecord(root: string): Promise<ScaffoldRecord | undefined> {
  try {
    const record = JSON.parse(await readFile(path.join(root, RECORD_FILE), 'utf8')) as Partial<ScaffoldRecord>;
    return record.format === 1 && typeof record.files === 'object' ? (record as ScaffoldRecord) : undefined;
  } catch {
    return undefined;
  }
}
