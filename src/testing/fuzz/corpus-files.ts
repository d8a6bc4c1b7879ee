import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse, stringify } from 'yaml';
import { isFields } from '../../hosts/json-fields.js';
import type { ServiceReply } from '../../model/session.js';
import { CpexError, systemCode } from '../../support/errors.js';
import { writeFileAtomic } from '../../support/files.js';
import type { FuzzCase, Step } from './types.js';

/** Folder of a project for what fuzzers have found, below its root. */
export const CORPUS_FOLDER = path.join('tests', 'fuzz');

/** Folder for cases of more than one call, below that of the corpus; the others lie under the name of their method. */
const SEQUENCES = 'sequences';

/** A file of a corpus. */
export interface CorpusFile {
  /** `hook.invoke/5f1a….json`: its path below the folder, with slashes. */
  readonly name: string;
  readonly file: string;
  readonly case: FuzzCase;
}

/**
 * Writes a case where people and other fuzzers can use it: a body alone as it is, under the name of its method; anything
 * longer as YAML. Returns the path; the same case has the same one.
 */
export async function saveCase(folder: string, one: FuzzCase, about: string): Promise<string> {
  const { method, name, bytes } = fileOf(one, about);
  const file = path.join(folder, method, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFileAtomic(file, bytes);
  return file;
}

function fileOf(one: FuzzCase, about: string): { method: string; name: string; bytes: Uint8Array } {
  const [first, second, ...more] = one.steps;
  const hash = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex').slice(0, 12);
  const plain = (one.answers ?? []).length === 0 && more.length === 0 && first?.do === 'register';
  if (plain && second?.do === 'call') {
    const extension = isJson(second.body) ? 'json' : 'bin';
    const name = `${hash(second.body)}.${extension}`;
    return { method: encodeURIComponent(second.method), name, bytes: second.body };
  }
  const text = stringify({
    steps: one.steps.map(writtenStep),
    ...((one.answers ?? []).length === 0 ? {} : { answers: one.answers?.map(writtenAnswer) }),
  });
  return { method: SEQUENCES, name: `${hash(text)}.yaml`, bytes: Buffer.from(`# ${about}\n${text}`) };
}

/** Reads a corpus: each file is a body, or a case in YAML. Nothing where there is no such folder. */
export async function readCorpus(folder: string): Promise<CorpusFile[]> {
  let names: string[];
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    names = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    if (systemCode(error) === undefined) throw error;
    throw new CpexError('CPEX_E_FUZZ', `The folder of the corpus cannot be read: ${folder}.`, {
      evidence: [(error as Error).message],
    });
  }
  const files: CorpusFile[] = [];
  for (const file of names.sort()) {
    const name = path.relative(folder, file).split(path.sep).join('/');
    const [method = '', ...rest] = name.split('/');
    // A README beside the methods, and what tools keep under a dot, are no bodies.
    if (rest.length === 0 || rest.some((part) => part.startsWith('.'))) continue;
    const bytes = await readFile(file);
    const one = /\.ya?ml$/i.test(name) ? readCase(bytes.toString('utf8'), file) : bodyCase(method, bytes);
    files.push({ name, file, case: one });
  }
  return files;
}

function bodyCase(method: string, body: Uint8Array): FuzzCase {
  return { steps: [{ do: 'register' }, { do: 'call', method: decodeURIComponent(method), body }] };
}

function isJson(bytes: Uint8Array): boolean {
  try {
    JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return true;
  } catch {
    return false;
  }
}

function writtenStep(step: Step): unknown {
  if (step.do === 'call') return { call: step.method, ...writtenBody(step.body) };
  return step.do === 'register' && step.again === true ? 'register again' : step.do;
}

function writtenAnswer(answer: ServiceReply | null): unknown {
  return answer === null ? null : { code: answer.code, ...writtenBody(answer.body) };
}

function writtenBody(bytes: Uint8Array): { body: string } | { base64: string } {
  const text = Buffer.from(bytes).toString('utf8');
  return Buffer.from(text).equals(Buffer.from(bytes))
    ? { body: text }
    : { base64: Buffer.from(bytes).toString('base64') };
}

function readCase(text: string, file: string): FuzzCase {
  const invalid = (what: string) => new CpexError('CPEX_E_CASE_INVALID', `${file} is no case of a fuzzer: ${what}.`);
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    throw invalid((error as Error).message);
  }
  if (!isFields(value) || !Array.isArray(value.steps)) throw invalid('it has no list "steps"');
  const steps = value.steps.map((step): Step => {
    if (step === 'register' || step === 'init' || step === 'shutdown') return { do: step };
    if (step === 'register again') return { do: 'register', again: true };
    const body = isFields(step) ? bodyOf(step) : undefined;
    if (!isFields(step) || typeof step.call !== 'string' || body === undefined) {
      throw invalid('a step is register, register again, init, shutdown, or has "call" and "body" or "base64"');
    }
    return { do: 'call', method: step.call, body };
  });
  if (value.answers !== undefined && !Array.isArray(value.answers)) throw invalid('"answers" is no list');
  const answers = (value.answers ?? []).map((answer: unknown): ServiceReply | null => {
    if (answer === null) return null;
    const body = isFields(answer) ? bodyOf(answer) : undefined;
    if (!isFields(answer) || typeof answer.code !== 'number' || body === undefined) {
      throw invalid('an answer is null, or has "code" and "body" or "base64"');
    }
    return { code: answer.code, body };
  });
  return { steps, ...(answers.length === 0 ? {} : { answers }) };
}

function bodyOf({ body, base64 }: Record<string, unknown>): Buffer | undefined {
  if (typeof body === 'string') return Buffer.from(body);
  return typeof base64 === 'string' ? Buffer.from(base64, 'base64') : undefined;
}
