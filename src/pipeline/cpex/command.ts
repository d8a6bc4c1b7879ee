import path from 'node:path';
import type { RunContext } from '../../model/context.js';
import { findProject } from '../../project/find.js';
import { hostName } from '../../project/hosts.js';
import { readAnswers } from '../../running/answers.js';
import { readData } from '../../running/input.js';
import { CpexError } from '../../support/errors.js';
import { temporaryFolder } from '../../support/files.js';
import type { PipelineFlags } from '../cliproxy/which-host.js';
import { accountText } from './account-text.js';
import { readPipelineConfig } from './config.js';
import { shownExtensions } from './extensions.js';
import type { Background } from './hook-run.js';
import { openPipeline } from './pipeline.js';
import { contextValue, pipelineRequest } from './request.js';
import {
  CODECS,
  type ExecutionRecord,
  type PipelineConfig,
  type PipelineHost,
  type PipelineResult,
  type PluginEntry,
} from './types.js';
import { PipelineWatch } from './watch.js';

/** The flags of `cpex run` as the parser gives them; only some are for a pipeline. */
export interface PipelineHookFlags extends PipelineFlags {
  readonly extensions?: string | undefined;
  readonly context?: string | undefined;
  readonly codec?: string | undefined;
  readonly archive?: string | undefined;
  readonly phase?: string | undefined;
  readonly target?: string | undefined;
  readonly engine?: string | undefined;
  readonly runner?: string | undefined;
}

/** What came of it, for machines and for people. */
export interface PipelineHookOutcome {
  readonly value: unknown;
  readonly text: () => string;
  readonly failure?: CpexError;
}

/** Narrowest and widest account, in characters. */
const WIDTHS = { least: 60, usual: 100, most: 160 } as const;

/** Runs one hook through the plugins of a configuration: the words after `pipeline` are its file and the hook. */
export async function pipelineHookCommand(
  words: readonly string[],
  flags: PipelineHookFlags,
  context: RunContext,
): Promise<PipelineHookOutcome> {
  const { file, hook } = readWords(words, flags);
  const request = pipelineRequest(hook, await readParts(flags, context));
  const script = flags.answers === undefined ? undefined : await readAnswers(flags.answers, context.cwd);
  const config = overridden(await readPipelineConfig(file, context, { debug: flags.debug ?? false }), flags);
  tellFindings(config, context);
  const trace = flags.trace && !flags.json ? (line: string) => void process.stderr.write(`${line}\n`) : undefined;
  const watch = new PipelineWatch(config, context, trace);
  const folder = await temporaryFolder('run');
  const state = await statePlaces(config);
  let host: PipelineHost | undefined;
  try {
    host = await openPipeline(config, {
      cwd: folder.path,
      signal: context.signal,
      allowNet: flags['allow-net'] ?? false,
      ...state,
      ...(script === undefined ? {} : { script }),
      observe: (plugin, event) => watch.observed(plugin, event),
      output: watch.printed,
      ...(flags.trace ? { trace: (plugin, record) => watch.traced(plugin, record) } : {}),
    });
    const result = await host.invoke(hook, request);
    const background = await result.background();
    await host.close();
    const failure = failureOf([...result.records, ...background.records]);
    return {
      value: { ...resultValue(result, background), findings: config.findings, ...watch.value(flags.trace ?? false) },
      text: () => accountText(result, background, width()),
      ...(failure === undefined ? {} : { failure }),
    };
  } finally {
    await host?.close();
    watch.end();
    await folder.remove();
  }
}

/** Everything about a run, as it is printed for machines. */
export function resultValue(result: PipelineResult, background: Background): Record<string, unknown> {
  return {
    hook: result.hook,
    verdict: result.verdict,
    ...(result.violation === undefined ? {} : { violation: result.violation }),
    payload: result.payload,
    payload_modified: result.payloadModified,
    extensions: shownExtensions(result.extensions),
    extensions_modified: result.extensionsModified,
    context: contextValue(result.context),
    errors: result.errors,
    records: result.records,
    duration_ns: result.durationNs,
    background,
  };
}

/** Flags of `cpex run` that a pipeline has no use for. */
const ABOUT_PLUGINS = ['plugin', 'config', 'host-config', 'target', 'engine', 'runner'] as const;
const ABOUT_OTHER_CALLS = ['record', 'archive', 'phase'] as const;

function readWords(
  words: readonly string[],
  flags: PipelineHookFlags,
): { readonly file: string; readonly hook: string } {
  const usage = (message: string, remedy: string) => new CpexError('CPEX_E_USAGE', message, { remedy });
  const example = 'cpex run pipeline pipeline.yaml tool_pre_invoke -d @payload.json';
  const [file, hook, stray] = words;
  if (file === undefined) throw usage('The configuration of the pipeline is missing.', example);
  if (hook === undefined) throw usage('The name of a hook is missing after the configuration.', example);
  if (stray !== undefined) {
    throw usage(`There is a word too many: ${stray}`, 'Data goes after --data: -d JSON, -d @FILE or -d -.');
  }
  const stated = ABOUT_PLUGINS.find((name) => flags[name] !== undefined);
  if (stated !== undefined) {
    throw usage(`--${stated} is not for a pipeline.`, 'Plugins and their configurations stand in the file.');
  }
  const other = ABOUT_OTHER_CALLS.find((name) => flags[name] !== undefined);
  if (other !== undefined) throw usage(`--${other} is not for a pipeline.`, 'It is for a call of one plugin.');
  if (flags.host !== undefined && hostName(flags.host) !== 'cpex') {
    throw usage(`A pipeline is for plugins of the host cpex, not ${flags.host}.`, 'Leave --host away.');
  }
  return { file, hook };
}

async function readParts(flags: PipelineHookFlags, { cwd }: RunContext) {
  const words = [flags.data, flags.extensions, flags.context];
  if (words.filter((word) => word === '-').length > 1) {
    throw new CpexError('CPEX_E_USAGE', 'Only one value can come from standard input.');
  }
  const read = async (flag: 'data' | 'extensions' | 'context') => {
    const word = flags[flag];
    return word === undefined ? undefined : readData(word, cwd, process.stdin, `--${flag}`);
  };
  return { payload: await read('data'), extensions: await read('extensions'), context: await read('context') };
}

/** The same plugins with what the command line says of all of them. */
function overridden(config: PipelineConfig, { timeout: timeoutMs, codec: word }: PipelineHookFlags): PipelineConfig {
  const codec = CODECS.find((one) => one === word);
  if (timeoutMs === undefined && codec === undefined) return config;
  const all = { ...(timeoutMs === undefined ? {} : { timeoutMs }), ...(codec === undefined ? {} : { codec }) };
  const change = (plugin: PluginEntry): PluginEntry => ({ ...plugin, ...all });
  const { plugins, variants = [], settings } = config;
  return {
    ...config,
    plugins: plugins.map(change),
    variants: variants.map(change),
    settings: { ...settings, ...all },
    select: (hook, request) => {
      const { plugins: chosen, skipped } = config.select(hook, request);
      return { plugins: chosen.map(change), skipped };
    },
  };
}

function tellFindings({ findings }: PipelineConfig, { emit }: RunContext): void {
  for (const finding of findings) {
    if (finding.severity === 'info') emit({ type: 'note', level: 'info', text: finding.message });
    else emit({ type: 'finding', finding });
  }
}

/** A project keeps the state of its pipelines from run to run; elsewhere each run starts anew. */
async function statePlaces({ file }: PipelineConfig) {
  const folder = path.dirname(file);
  const project = await findProject(folder);
  return {
    configFolder: path.join(project?.root ?? folder, 'config'),
    ...(project === undefined ? {} : { stateFolder: path.join(project.root, '.cpex', 'state') }),
  };
}

/** Codes of a plugin that died, would not start again or gave nothing that can be read. */
const BROKEN: ReadonlySet<string> = new Set(['panic', 'plugin_start', 'host_fault', 'invalid_response']);

/** A plugin that broke is for a script to notice, whatever its on_error makes of the run. */
function failureOf(records: readonly ExecutionRecord[]): CpexError | undefined {
  const broken = records.filter(
    ({ status, error_code = '' }) => status === 'timeout' || (status === 'error' && BROKEN.has(error_code)),
  );
  if (broken.length === 0) return undefined;
  return new CpexError(
    'CPEX_E_PIPELINE_FAILED',
    `Not every plugin answered: ${broken.length} of ${records.length} failed.`,
    {
      evidence: broken.map(({ plugin_name, error_code, reason }) => `${plugin_name} (${error_code}): ${reason}`),
      remedy: 'cpex run --trace hook … in the project of the plugin shows the call; cpex test looks for the cause.',
    },
  );
}

function width(): number {
  return Math.min(WIDTHS.most, Math.max(WIDTHS.least, process.stdout.columns ?? WIDTHS.usual));
}
