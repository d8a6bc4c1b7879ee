import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { CpexError, systemCode } from '../support/errors.js';
import { parseExact } from '../support/exact-json.js';
import { readExactYaml } from '../support/exact-yaml.js';

/** Largest text that is read from stdin or a file, in bytes. */
const LIMIT = 64 * 1024 * 1024;

/**
 * Reads a value of the command line: JSON text, `@FILE` (JSON or YAML) or `-` for stdin.
 * @param flag the flag that it was given with, for messages
 * Throws CPEX_E_RUN_DATA with what could not be read, and where.
 */
export async function readData(
  word: string,
  cwd: string,
  stdin: AsyncIterable<unknown>,
  flag = 'the command line',
): Promise<unknown> {
  if (word === '-') return parse(await readAll(stdin), 'standard input');
  if (!word.startsWith('@')) return parse(word, flag);
  const file = path.resolve(cwd, word.slice(1));
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file));
  } catch (error) {
    const missing = systemCode(error) === 'ENOENT';
    throw new CpexError('CPEX_E_RUN_DATA', `${missing ? 'There is no file' : 'Cannot read'} ${file}.`, {
      evidence: missing ? [] : [(error as Error).message],
    });
  }
  return /\.ya?ml$/i.test(file) ? parseYaml(text, file) : parse(text, file);
}

function parse(text: string, source: string): unknown {
  try {
    return parseExact(text);
  } catch (error) {
    throw unusable(source, 'JSON', [(error as Error).message]);
  }
}

function parseYaml(text: string, source: string): unknown {
  const { value, problems } = readExactYaml(text);
  if (problems.length === 0) return value ?? null;
  const lineOf = (offset: number) => text.slice(0, offset).split('\n').length;
  throw unusable(
    source,
    'YAML for a JSON value',
    problems.map(({ offset, message }) => `line ${lineOf(offset)}: ${message}`),
  );
}

function unusable(source: string, form: string, evidence: readonly string[]): CpexError {
  return new CpexError('CPEX_E_RUN_DATA', `What ${source} holds is not ${form}.`, {
    evidence,
    remedy: 'Give JSON text, @FILE for a JSON or YAML file, or - for standard input.',
  });
}

async function readAll(stdin: AsyncIterable<unknown>): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of stdin) {
    const bytes = Buffer.from(part as Uint8Array);
    size += bytes.length;
    if (size > LIMIT) throw new CpexError('CPEX_E_RUN_DATA', 'Standard input holds more than 64 MiB.');
    parts.push(bytes);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(parts));
  } catch {
    throw unusable('standard input', 'UTF-8', []);
  }
}
