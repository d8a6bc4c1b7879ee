import path from 'node:path';
import type { RunContext } from '../../model/context.js';
import type { Position } from '../../project/yaml-positions.js';
import { type FileKind, type PlacedProblem, readPlacedFile, refuseProblems } from '../placed-file.js';
import { configProblems } from './config-problems.js';
import { pluginEntries } from './entry.js';
import type { ConfigOptions, RawConfig } from './raw-config.js';
import { selectionOf } from './selection.js';
import { settingsOf } from './settings.js';
import type { PipelineConfig } from './types.js';

const KIND: FileKind = {
  code: 'CPEX_E_PIPELINE_CONFIG',
  consequence: '',
  missing: 'Name the configuration of the pipeline, in YAML or JSON.',
  broken: 'Mend the lines above; docs/hosts/cpex.md lists every key.',
};

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
  const { value, at } = await readPlacedFile(absolute, KIND);
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

function refuse(problems: readonly PlacedProblem[], { file, shown = path.basename(file), at }: ConfigPlace): void {
  refuseProblems(problems, shown, at, KIND);
}
