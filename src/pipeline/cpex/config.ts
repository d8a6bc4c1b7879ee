import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { RunContext } from '../../model/context.js';
import { readPlacedYaml } from '../../project/placed-yaml.js';
import type { Position } from '../../project/yaml-positions.js';
import { CpexError, systemCode } from '../../support/errors.js';
import { type ConfigProblem, configProblems } from './config-problems.js';
import { pluginEntries } from './entry.js';
import type { ConfigOptions, RawConfig } from './raw-config.js';
import { selectionOf } from './selection.js';
import { settingsOf } from './settings.js';
import type { PipelineConfig } from './types.js';

/** Where a configuration stands. */
export interface ConfigPlace {
  /** Absolute path of the file that holds it. */
  readonly file: string;
  /** Absolute folder that its paths are relative to. */
  readonly folder: string;
  /** What messages call the file; its name when absent. */
  readonly shown?: string;
  /** Position of a key or value in the file; problems are told without one when absent. */
  readonly at?: (path: readonly string[], part: 'key' | 'value') => Position;
}

/**
 * Reads a configuration in YAML or JSON and finds the libraries of its plugins; projects are built when stale.
 * @param file relative to the working folder
 * @throws CpexError `CPEX_E_PIPELINE_CONFIG` with every problem and its position; what a build throws
 */
export async function readPipelineConfig(
  file: string,
  context: RunContext,
  options: ConfigOptions = {},
): Promise<PipelineConfig> {
  const absolute = path.resolve(context.cwd, file);
  const shown = path.basename(file);
  const text = await readText(absolute);
  const { value, problems, at } = readPlacedYaml(text);
  if (problems.length > 0) {
    throw configError(
      shown,
      problems.map(({ line, column, message }) => `${shown}:${line}:${column} ${message}`),
    );
  }
  const place: ConfigPlace = { file: absolute, folder: path.dirname(absolute), shown, at };
  return pipelineConfigFrom(value, place, context, options);
}

/**
 * As {@link readPipelineConfig}, for a value that stands in another file.
 * @throws CpexError `CPEX_E_PIPELINE_CONFIG`, with positions where `place` tells them
 */
export async function pipelineConfigFrom(
  value: unknown,
  place: ConfigPlace,
  context: RunContext,
  options: ConfigOptions = {},
): Promise<PipelineConfig> {
  refuse(configProblems(value), place);
  const raw = value as RawConfig;
  const { plugins, problems, findings } = await pluginEntries(raw.plugins, place.folder, context, options);
  refuse(problems, place);
  const settings = settingsOf(raw, place.file);
  const selection = selectionOf(raw, plugins, settings.settings);
  return {
    file: place.file,
    plugins,
    variants: selection.variants,
    settings: settings.settings,
    select: selection.select,
    findings: [...findings, ...settings.findings, ...selection.findings],
  };
}

function refuse(problems: readonly ConfigProblem[], { file, shown = path.basename(file), at }: ConfigPlace): void {
  if (problems.length === 0) return;
  const placed = problems.map((problem) => ({ ...problem, ...at?.(problem.path, problem.part ?? 'value') }));
  placed.sort((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
  const evidence = placed.map(({ line, column, path: where, message }) => {
    const position = line === undefined ? shown : `${shown}:${line}:${column}`;
    return `${position} ${where.length === 0 ? '' : `${where.join('.')}: `}${message}`;
  });
  throw configError(shown, evidence);
}

function configError(shown: string, evidence: readonly string[]): CpexError {
  const count = evidence.length === 1 ? 'one problem' : `${evidence.length} problems`;
  return new CpexError('CPEX_E_PIPELINE_CONFIG', `${shown} has ${count}.`, {
    evidence,
    remedy: 'Mend the lines above; docs/hosts/cpex.md lists every key.',
  });
}

async function readText(file: string): Promise<string> {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file));
  } catch (error) {
    const missing = systemCode(error) === 'ENOENT';
    const reason = error instanceof TypeError && systemCode(error)?.startsWith('ERR_ENC') ? 'it is not UTF-8' : error;
    throw new CpexError('CPEX_E_PIPELINE_CONFIG', `${missing ? 'There is no file' : 'Cannot read'} ${file}.`, {
      evidence: missing ? [] : [reason instanceof Error ? reason.message : String(reason)],
      remedy: 'Name the configuration of the pipeline, in YAML or JSON.',
    });
  }
}
