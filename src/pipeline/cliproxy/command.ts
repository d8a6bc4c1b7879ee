import path from 'node:path';
import { deadlinesFor } from '../../host-process/reference-host.js';
import { cliproxyRevision } from '../../hosts/cliproxy/revision.js';
import { findProfile } from '../../hosts/registry.js';
import type { RunContext } from '../../model/context.js';
import type { ServiceEvent } from '../../model/profile.js';
import type { ServiceScript } from '../../model/script.js';
import type { TraceRecord } from '../../model/session.js';
import { hostTarget } from '../../project/targets/host.js';
import { traceValue } from '../../report/trace-text.js';
import { readAnswers } from '../../running/answers.js';
import { readData } from '../../running/input.js';
import { PluginLines } from '../../running/plugin-lines.js';
import { gatherRoutes } from '../../running/serve/gather-routes.js';
import { endingError } from '../../runtime/failure.js';
import { nativeEngine } from '../../runtime/native/engine.js';
import { CpexError } from '../../support/errors.js';
import { temporaryFolder } from '../../support/files.js';
import { findCandidates } from './candidates.js';
import { type HostConfig, NO_SUMMARY, readHostConfig } from './host-config.js';
import type { Candidate } from './load-plugins.js';
import { PluginHost } from './plugin-host.js';
import { StepLog } from './steps.js';
import type { PipelineFlags } from './which-host.js';
import type { Word, WordResult } from './word.js';
import { readWord } from './words.js';

/** What came of it, for machines and for people. */
export interface PipelineOutcome {
  readonly value: unknown;
  readonly text: () => string;
  readonly exit?: number;
  readonly failure?: CpexError;
}

/** Takes the trace of one plugin, message by message. */
export type ShowTrace = (record: TraceRecord) => void;

/** Starts the plugins, does what the words say, and shuts the plugins down. */
export async function pipelineCommand(
  host: string,
  words: readonly string[],
  flags: PipelineFlags,
  context: RunContext,
  showTrace: ShowTrace | undefined,
): Promise<PipelineOutcome> {
  const read = async (word: string | undefined) =>
    word === undefined ? undefined : readData(word, context.cwd, process.stdin);
  const word = readWord(words, await read(flags.data));
  const configFile = flags['host-config'];
  const config =
    configFile === undefined
      ? undefined
      : await readHostConfig(path.resolve(context.cwd, configFile), cliproxyRevision(findProfile(host).revision));
  const script = flags.answers === undefined ? undefined : await readAnswers(flags.answers, context.cwd);
  const run = new PipelineRun({ host, word, flags, context, config, showTrace, script });
  return run.outcome(await read(flags.config));
}

interface RunParts {
  readonly host: string;
  readonly word: Word;
  readonly flags: PipelineFlags;
  readonly context: RunContext;
  readonly config: HostConfig | undefined;
  readonly script: ServiceScript | undefined;
  readonly showTrace: ShowTrace | undefined;
}

/** One run of `cpex run` with several plugins. */
class PipelineRun {
  private readonly log: StepLog;
  private readonly events: object[] = [];
  private readonly traced: object[] = [];
  /** Lines of a plugin that it has not ended yet. */
  private readonly lines: PluginLines;

  constructor(private readonly parts: RunParts) {
    const { word, context } = parts;
    this.lines = new PluginLines(context.emit);
    this.log = new StepLog((step) => {
      // The story of a request is its result; of everything else only warnings are worth a line.
      if (word.story || (step.outcome !== 'warning' && step.outcome !== 'failed')) return;
      context.emit({ type: 'note', level: 'warn', text: step.text ?? step.stage });
    });
  }

  async outcome(data: unknown): Promise<PipelineOutcome> {
    const profile = findProfile(this.parts.host);
    const sources = { files: this.parts.flags.plugin ?? [], debug: this.parts.flags.debug ?? false, data };
    const candidates = await findCandidates(
      { ...sources, ...(this.parts.config === undefined ? {} : { config: this.parts.config }) },
      profile,
      this.parts.context,
      this.log,
    );
    const folder = await temporaryFolder('run');
    try {
      return await this.inFolder(folder.path, candidates);
    } finally {
      await folder.remove();
    }
  }

  private async inFolder(cwd: string, candidates: readonly Candidate[]): Promise<PipelineOutcome> {
    const host = await this.start(cwd, candidates);
    let result: WordResult;
    try {
      // The host registers routes when it starts, whatever comes then.
      await gatherRoutes(host.members, host.frame, (text) => this.log.warn('management.register', text));
      result = await this.parts.word.run({
        host,
        ...(this.parts.config === undefined ? {} : { config: this.parts.config }),
        context: this.parts.context,
      });
    } finally {
      await host.close();
      this.lines.end();
    }
    const failure = this.failure(host, candidates, result);
    return {
      value: {
        ...result.value,
        steps: this.log.steps,
        events: this.events,
        ...(this.parts.flags.trace === true ? { trace: this.traced } : {}),
      },
      text: () => result.text(this.log.steps),
      ...(failure === undefined ? { exit: result.exit ?? 0 } : { failure }),
    };
  }

  private start(cwd: string, candidates: readonly Candidate[]): Promise<PluginHost> {
    const { flags, context, config, script } = this.parts;
    const authFolder = config?.summary.AuthDir ?? '';
    return PluginHost.start({
      profile: findProfile(this.parts.host),
      target: hostTarget().name,
      engine: nativeEngine(),
      cwd,
      deadlines: deadlinesFor(flags.timeout),
      signal: context.signal,
      allowNet: flags['allow-net'] ?? false,
      ...(authFolder === '' ? {} : { authFolder }),
      ...(script === undefined ? {} : { script }),
      observe: (plugin, event) => this.observed(plugin, event),
      trace: (plugin, record) => this.trace(plugin, record),
      output: this.lines.printed,
      candidates,
      config: config ?? { summary: NO_SUMMARY, apiKeys: [] },
      upstreams: this.parts.word.upstreams,
      log: this.log,
    });
  }

  private observed(plugin: string, event: ServiceEvent): void {
    this.events.push({ plugin, ...event });
    // A finding is a step as well.
    if (event.kind !== 'finding') this.parts.context.emit({ type: 'service', event });
  }

  private trace(plugin: string, record: TraceRecord): void {
    if (this.parts.flags.trace !== true) return;
    this.traced.push({ plugin, ...traceValue(record) });
    this.parts.showTrace?.(record);
  }

  /** A dead plugin comes first, then what the word itself says, then a plugin that never became part of the host. */
  private failure(host: PluginHost, candidates: readonly Candidate[], result: WordResult): CpexError | undefined {
    if (host.death !== undefined) return endingError(host.death);
    if (result.failure !== undefined) return result.failure;
    const broken = host.members.flatMap(({ id, faults }) => faults.map(({ message }) => `${id}: ${message}`));
    if (broken.length > 0) {
      return new CpexError('CPEX_E_REQUEST_FAILED', 'A plugin broke rules of the host.', { evidence: broken });
    }
    const absent = candidates.filter(
      ({ file, settings }) => settings.enabled && !host.members.some(({ id }) => id === file.id),
    );
    if (absent.length === 0) return undefined;
    const names = absent.map(({ file }) => file.id).join(', ');
    const evidence = this.log.steps.flatMap((step) =>
      step.outcome === 'warning' && absent.some(({ file }) => file.id === step.plugin) ? [step.text ?? ''] : [],
    );
    return new CpexError('CPEX_E_NOT_REGISTERED', `Not part of the host: ${names}.`, { evidence });
  }
}
