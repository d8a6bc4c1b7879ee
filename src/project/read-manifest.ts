import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { isMap, LineCounter, parseDocument } from 'yaml';
import type { Manifest } from '../model/manifest.js';
import { CpexError, systemCode } from '../support/errors.js';
import { validate } from '../support/schemas.js';
import { didYouMean } from '../support/suggest.js';
import { readCapability } from './capabilities.js';
import { contractData } from './contract-data.js';
import { HOSTS, hostProblem } from './hosts.js';
import { resolveTarget } from './targets/normalise.js';
import { type Position, positionOf, toPosition } from './yaml-positions.js';

/** Version of the manifest format that this cpex reads and writes. */
export const MANIFEST_VERSION = 1;

interface Problem extends Position {
  readonly path: readonly string[];
  readonly message: string;
}

/**
 * Reads and checks a manifest.
 * @throws CPEX_E_MANIFEST with all problems and their positions, CPEX_E_MANIFEST_NEWER,
 * CPEX_E_MANIFEST_UNREADABLE
 */
export async function readManifest(file: string): Promise<Manifest> {
  return parseManifest(await readText(file), path.basename(file));
}

/** As {@link readManifest}, for a text; `name` is what messages call the file. */
export function parseManifest(text: string, name: string): Manifest {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const syntax = [...document.errors, ...document.warnings].map((error) => ({
    ...toPosition(lines, error.pos[0]),
    path: [],
    message: yamlMessage(error.code, error.message),
  }));
  if (syntax.length > 0) throw manifestError(name, syntax);
  if (!isMap(document.contents)) {
    const found = document.contents === null ? 'an empty file' : 'something else';
    throw manifestError(name, [{ line: 1, column: 1, path: [], message: `expected a map of keys, found ${found}.` }]);
  }
  const version = document.get('manifest');
  if (typeof version === 'number' && Number.isInteger(version) && version > MANIFEST_VERSION)
    throw newer(name, version);
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw manifestError(name, [{ line: 1, column: 1, path: [], message: (error as Error).message }]);
  }
  const problems = validate('manifest', value).map((problem) => ({
    ...positionOf(document, lines, problem.path, problem.keyword === 'additionalProperties' ? 'key' : 'value'),
    path: problem.path,
    message: problem.message,
  }));
  const wrong = new Set(problems.map((problem) => problem.path[0]));
  for (const problem of meaningProblems(value as Partial<Manifest>, wrong)) {
    problems.push({ ...positionOf(document, lines, problem.path, 'value'), ...problem });
  }
  if (problems.length > 0) throw manifestError(name, problems);
  return value as Manifest;
}

interface Meaning {
  readonly path: readonly string[];
  readonly message: string;
}

/** What a schema cannot say: hosts, capabilities and targets that cpex knows. */
function meaningProblems(manifest: Partial<Manifest>, wrong: ReadonlySet<string | undefined>): Meaning[] {
  const problems: Meaning[] = [];
  if (manifest.host === undefined || wrong.has('host')) return problems;
  const host = hostProblem(manifest.host);
  if (host !== undefined) {
    const hint = didYouMean(manifest.host, HOSTS);
    const message = `expected one of ${HOSTS.join(', ')}, found "${manifest.host}", which ${host}.${hint}`;
    problems.push({ path: ['host'], message });
  } else if (!wrong.has('capabilities')) problems.push(...capabilityProblems(manifest));
  if (!wrong.has('build') && !wrong.has('language')) problems.push(...buildProblems(manifest));
  if (!wrong.has('targets')) problems.push(...targetProblems(manifest.targets ?? []));
  return problems;
}

function capabilityProblems({ host = '', capabilities = [] }: Partial<Manifest>): Meaning[] {
  const contract = contractData(host);
  return capabilities.flatMap((text, index) => {
    const reading = readCapability(text, contract);
    if (reading.ok) return [];
    const message = `expected ${reading.expected}, found "${text}".${reading.hint}`;
    return [{ path: ['capabilities', String(index)], message }];
  });
}

/** Settings of `build:` that only one language has. */
const BUILD_LANGUAGE = { package: 'go', crate: 'rust', target: 'c' } as const;

function buildProblems({ build = {}, language }: Partial<Manifest>): Meaning[] {
  return Object.entries(BUILD_LANGUAGE).flatMap(([key, only]) => {
    if (!Object.hasOwn(build, key) || language === only) return [];
    return [{ path: ['build', key], message: `expected no such key for ${language}: it is for ${only}.` }];
  });
}

function targetProblems(targets: readonly string[]): Meaning[] {
  return targets.flatMap((text, index) => {
    try {
      resolveTarget(text);
      return [];
    } catch (error) {
      const hint = error instanceof CpexError && error.remedy?.startsWith('Did you') ? ` ${error.remedy}` : '';
      return [{ path: ['targets', String(index)], message: `expected a target, found "${text}".${hint}` }];
    }
  });
}

async function readText(file: string): Promise<string> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch (error) {
    throw new CpexError('CPEX_E_MANIFEST_UNREADABLE', `${file} cannot be read: ${systemCode(error) ?? error}.`, {
      remedy: 'Check that the file is there and that you may read it.',
      cause: error,
    });
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new CpexError('CPEX_E_MANIFEST_UNREADABLE', `${file} is not UTF-8.`, {
      remedy: 'Save the file as UTF-8.',
      cause: error,
    });
  }
}

/** The parser's own words where they are plain; ours where they name its internals. */
function yamlMessage(code: string, message: string): string {
  if (code === 'DUPLICATE_KEY') return 'expected each key once, found it again.';
  if (code === 'TAB_AS_INDENT') return 'expected spaces, found a tab.';
  if (code === 'MULTIPLE_DOCS') return 'expected one document, found another after "---".';
  // The parser leaves one of its own quotes open.
  if (code === 'MISSING_CHAR' && message.startsWith('Missing closing')) return 'expected a closing quote, found none.';
  return `${message.split('\n', 1)[0]}${/[.!?]$/.test(message) ? '' : '.'}`;
}

function manifestError(name: string, problems: readonly Problem[]): CpexError {
  const sorted = [...problems].sort((a, b) => a.line - b.line || a.column - b.column);
  const evidence = sorted.map(({ line, column, path: at, message }) => {
    return `${name}:${line}:${column} ${at.length === 0 ? '' : `${at.join('.')}: `}${message}`;
  });
  const count = sorted.length === 1 ? 'one problem' : `${sorted.length} problems`;
  return new CpexError('CPEX_E_MANIFEST', `${name} has ${count}.`, {
    evidence,
    remedy: 'Mend the lines above; cpex explain CPEX_E_MANIFEST says more.',
  });
}

function newer(name: string, version: number): CpexError {
  return new CpexError('CPEX_E_MANIFEST_NEWER', `${name} was written for a newer cpex.`, {
    evidence: [`the file has format ${version}, this cpex reads ${MANIFEST_VERSION}`],
    remedy: 'Update cpex.',
  });
}
