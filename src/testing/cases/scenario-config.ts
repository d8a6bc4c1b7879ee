import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { RunContext } from '../../model/context.js';
import { pipelineConfigFrom, readPipelineConfig } from '../../pipeline/cpex/config.js';
import type { ConfigOptions } from '../../pipeline/cpex/raw-config.js';
import type { Codec, PipelineConfig } from '../../pipeline/cpex/types.js';
import { CpexError } from '../../support/errors.js';
import { stringifyExact } from '../../support/exact-json.js';
import { readExactYaml } from '../../support/exact-yaml.js';
import { didYouMean } from '../../support/suggest.js';
import type { Subject } from '../subject.js';
import type { ScenarioPipeline } from './scenario-types.js';

type Fields = Readonly<Record<string, unknown>>;

/** The plugin under test, for entries that name no other. */
export type OwnPlugin = Pick<Subject, 'artefact' | 'config'>;

/** The configurations of scenarios; each is read once, its libraries are looked at once, and a project is built once. */
export class ScenarioConfigs {
  private readonly known = new Map<string, Promise<PipelineConfig>>();

  private readonly options: ConfigOptions;

  constructor(
    private readonly context: RunContext,
    { debug }: { readonly debug: boolean },
  ) {
    this.options = { debug, built: new Map() };
  }

  /**
   * The configuration of a scenario.
   * @param file the case file
   * @throws CpexError `CPEX_E_PIPELINE_CONFIG`; `CPEX_E_CASE_INVALID` for an entry of which nobody says what plugin it is
   */
  read(pipeline: ScenarioPipeline, file: string, own: OwnPlugin | undefined): Promise<PipelineConfig> {
    const key = stringifyExact([path.dirname(file), pipeline.file ?? null, pipeline.own, own?.artefact ?? null]);
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const read = this.make(pipeline, file, own);
    this.known.set(key, read);
    return read;
  }

  private async make(pipeline: ScenarioPipeline, file: string, own: OwnPlugin | undefined): Promise<PipelineConfig> {
    const context = this.context;
    const options = this.options;
    if (pipeline.file === undefined) {
      const value = { ...pipeline.own, plugins: entriesOf(pipeline.own).map((entry) => withKind(entry, file, own)) };
      const place = { file, folder: path.dirname(file), shown: path.basename(file), at: pipeline.at };
      return pipelineConfigFrom(value, place, context, options);
    }
    if (Object.keys(pipeline.own).length === 0) return readPipelineConfig(pipeline.file, context, options);
    const value = laidOver(await readMap(pipeline.file, context, options), pipeline.own, pipeline.file);
    const place = { file: pipeline.file, folder: path.dirname(pipeline.file), shown: path.basename(pipeline.file) };
    return pipelineConfigFrom(value, place, context, options);
  }
}

/** The same configuration with all plugins in one codec, and with another limit for calls. */
export function configFor(config: PipelineConfig, codec: Codec, timeoutMs: number | undefined): PipelineConfig {
  const settings = { ...config.settings, codec, ...(timeoutMs === undefined ? {} : { timeoutMs }) };
  return { ...config, settings };
}

function entriesOf(own: Fields): Fields[] {
  return Array.isArray(own.plugins) ? (own.plugins as Fields[]) : [];
}

/** An entry without a kind is the plugin under test, with the configuration of the tests unless it has its own. */
function withKind(entry: Fields, file: string, own: OwnPlugin | undefined): Fields {
  if (entry.kind !== undefined) return entry;
  if (own === undefined) {
    throw new CpexError('CPEX_E_CASE_INVALID', `${path.basename(file)} does not say what plugin "${entry.name}" is.`, {
      evidence: ['An entry without "kind" is the plugin under test, and there is no project here.'],
      remedy: 'Give it a kind: the path of a library or a project, or the id of an installed plugin.',
    });
  }
  return { config: own.config, ...entry, kind: own.artefact };
}

/** A file's configuration with what a scenario says otherwise: entries by name, all else as a whole. */
function laidOver(value: Fields, own: Fields, file: string): Fields {
  const changed = new Map(entriesOf(own).map((entry) => [entry.name, entry]));
  const plugins = entriesOf(value).map((entry) => ({ ...entry, ...changed.get(entry.name) }));
  const names = plugins.map(({ name }) => String((name as string | undefined) ?? ''));
  const stray = [...changed.keys()].find((name) => !names.includes(String(name)));
  if (stray !== undefined) {
    throw new CpexError('CPEX_E_CASE_INVALID', `${path.basename(file)} has no plugin "${String(stray)}".`, {
      evidence: [`plugins: ${names.join(', ')}`],
      remedy: `Entries beside "pipeline" change those of the file.${didYouMean(String(stray), names)}`,
    });
  }
  return { ...value, ...own, plugins };
}

/** The text of a configuration as a map; what is wrong with it is told as it is of the file by itself. */
async function readMap(file: string, context: RunContext, options: ConfigOptions): Promise<Fields> {
  const { value, problems } = readExactYaml(await readFile(file, 'utf8').catch(() => ''));
  const plain = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (problems.length > 0 || !plain) await readPipelineConfig(file, context, options);
  return value as Fields;
}
