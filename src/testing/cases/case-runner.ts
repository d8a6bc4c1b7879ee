import { performance } from 'node:perf_hooks';
import type { Registered } from '../../host-process/reference-host.js';
import type { RunContext } from '../../model/context.js';
import type { TestResult } from '../../model/event.js';
import { type Finding, PROVISIONAL } from '../../model/finding.js';
import type { Codec } from '../../pipeline/cpex/types.js';
import { repeated } from '../repeat.js';
import { recorded } from '../repro/recorded.js';
import type { Subject } from '../subject.js';
import { agreed, type CodecChoice } from './codecs.js';
import { runCase } from './run.js';
import type { ScenarioConfigs } from './scenario-config.js';
import type { Scenario } from './scenario-types.js';
import type { Snapshots } from './snapshots.js';
import type { Case, PluginCall } from './types.js';

export interface CaseRunnerOptions {
  readonly codec: CodecChoice;
  readonly repeat: number;
  /** Whether two plugin processes may run at the same time. */
  readonly parallel: boolean;
  readonly snapshots: Snapshots;
  readonly debug: boolean;
}

/** Runs the cases of one target, in each codec that its plugin speaks. */
export class CaseRunner {
  /** Whether the plugin under test takes MessagePack; unknown before the first case. */
  private packs: boolean | undefined;
  private configs: ScenarioConfigs | undefined;
  private told = false;

  /** @param subject absent where cases name all plugins themselves */
  constructor(
    private readonly subject: Subject | undefined,
    private readonly options: CaseRunnerOptions,
    private readonly context: RunContext,
  ) {}

  /** The result of one case, as often as it is to be repeated. */
  run(one: Case): Promise<TestResult> {
    return repeated(this.options.repeat, () => this.inCodecs(one));
  }

  private async inCodecs(one: Case): Promise<TestResult> {
    const { codec, parallel } = this.options;
    if (codec === 'msgpack') return this.packedOnly(one);
    if (codec === 'json') return this.once(one, 'json');
    if (!this.hasTwo(one)) return this.once(one, 'json');
    // What is timed has the machine for itself.
    if (parallel && this.packs !== undefined && one.expect.withinMs === undefined) {
      const [json, packed] = await Promise.all([this.once(one, 'json'), this.once(one, 'msgpack')]);
      return agreed(json, packed);
    }
    const json = await this.once(one, 'json');
    const packed = await this.once(one, 'msgpack');
    return this.hasTwo(one) ? agreed(json, packed) : json;
  }

  /** What ran in JSON after all says nothing about MessagePack. */
  private async packedOnly(one: Case): Promise<TestResult> {
    if (!this.hasTwo(one)) return unpacked(await this.once(one, 'json'));
    const result = await this.once(one, 'msgpack');
    return this.hasTwo(one) ? result : unpacked(result);
  }

  /** Whether a case differs from codec to codec: registrations are JSON in any case. */
  private hasTwo({ call }: Case): boolean {
    if (call.kind === 'pipeline') return true;
    if (this.subject?.profile.protocol.inCodec === undefined || this.packs === false) return false;
    return call.kind !== 'method' || call.method !== 'plugin.register';
  }

  private async once(one: Case, codec: Codec): Promise<TestResult> {
    const started = performance.now();
    const result = isScenario(one) ? await this.scenario(one, codec) : await this.call(one as Case<PluginCall>, codec);
    return { ...result, durationMs: performance.now() - started };
  }

  private call(one: Case<PluginCall>, codec: Codec) {
    const subject = this.subject;
    if (subject === undefined) throw new RangeError(`${one.name} needs a plugin`);
    const heard = ({ registration, findings }: Registered) => {
      this.tell(findings);
      if (registration !== undefined && codec === 'msgpack') this.packs = registration.codec === 'msgpack';
    };
    return recorded(`case:${one.name}`, subject, (watched) =>
      runCase(one, watched, this.options.snapshots, codec, heard),
    );
  }

  /** Says once what cases are judged by, where that is a guess. */
  private tell(findings: readonly Finding[]): void {
    const found = findings.find(({ id }) => id === PROVISIONAL);
    if (found === undefined || this.told) return;
    this.told = true;
    this.context.emit({ type: 'note', level: 'warn', text: [found.message, found.remedy ?? []].flat().join(' ') });
  }

  private async scenario(one: Case<Scenario>, codec: Codec) {
    const subject = this.subject;
    const { snapshots, debug } = this.options;
    const { ScenarioConfigs } = await import('./scenario-config.js');
    const { runScenario } = await import('./scenario.js');
    this.configs ??= new ScenarioConfigs(this.context, { debug });
    const means = { configs: this.configs, snapshots, signal: this.context.signal };
    return runScenario(one, { ...means, ...(subject === undefined ? {} : { subject }) }, codec);
  }
}

function unpacked(result: TestResult): TestResult {
  return { ...result, verdict: 'skip', findings: [], reason: 'there is no MessagePack in it' };
}

function isScenario(one: Case): one is Case<Scenario> {
  return one.call.kind === 'pipeline';
}
