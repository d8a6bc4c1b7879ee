import type { TestResult } from '../../model/event.js';
import type { Finding } from '../../model/finding.js';
import type { ServiceEvent } from '../../model/profile.js';
import { openPipeline } from '../../pipeline/cpex/pipeline.js';
import { pipelineRequest } from '../../pipeline/cpex/request.js';
import type { Codec, PipelineHost } from '../../pipeline/cpex/types.js';
import { isCpexError } from '../../support/errors.js';
import { temporaryFolder } from '../../support/files.js';
import type { Subject } from '../subject.js';
import type { Expectations } from './expectations.js';
import { missingEvents, toFinding, tooLong, unmet } from './findings.js';
import type { Mismatch } from './match.js';
import { configFor, type ScenarioConfigs } from './scenario-config.js';
import { accountLines, type StepSeen, seenOf, snapshotOf } from './scenario-seen.js';
import type { Scenario, ScenarioStep } from './scenario-types.js';
import type { Snapshots } from './snapshots.js';
import type { Case } from './types.js';

/** What scenarios are run with. */
export interface ScenarioMeans {
  /** The plugin under test; absent where there is none. */
  readonly subject?: Subject;
  readonly configs: ScenarioConfigs;
  readonly snapshots: Snapshots;
  readonly signal: AbortSignal;
}

type Failure = { readonly code: string; readonly message: string; readonly evidence: readonly string[] };

/** A request that has gone through a pipeline, as far as it came. */
interface Seen {
  readonly steps: readonly StepSeen[];
  readonly failure?: Failure;
}

/** Sends a request through a pipeline whose plugins are started for it, and compares what came with what was expected. */
export async function runScenario(
  one: Case<Scenario>,
  means: ScenarioMeans,
  codec: Codec,
): Promise<Omit<TestResult, 'durationMs'>> {
  const seen = await observe(one, means, codec);
  const mismatches = [...one.call.steps.flatMap((step, index) => stepMismatches(one, step, index, seen))];
  mismatches.push(...wholeMismatches(one, seen, means.snapshots));
  const again = `cpex test ${JSON.stringify(one.file)} --only ${JSON.stringify(`case:${one.name}`)}`;
  const findings: Finding[] = mismatches.map((mismatch) => toFinding(one, mismatch, again));
  const [first, ...others] = findings;
  const account = seen.steps.flatMap((step, index) => accountLines(step, seen.steps.length > 1 ? index : undefined));
  const evidence = [...account, ...(seen.failure?.evidence ?? [])];
  const told = first === undefined ? [] : [evidence.length === 0 ? first : { ...first, evidence }, ...others];
  return {
    ...{ suite: 'cases', id: `case:${one.name}`, title: one.name, file: one.file, line: one.line },
    verdict: findings.length === 0 ? 'pass' : 'fail',
    findings: told,
  };
}

async function observe(one: Case<Scenario>, means: ScenarioMeans, codec: Codec): Promise<Seen> {
  const { subject } = means;
  const folder = await temporaryFolder('scenario');
  const steps: StepSeen[] = [];
  const events: ServiceEvent[] = [];
  let host: PipelineHost | undefined;
  try {
    const config = configFor(await means.configs.read(one.call.pipeline, one.file, subject), codec, one.timeoutMs);
    host = await openPipeline(config, {
      cwd: folder.path,
      configFolder: folder.path,
      signal: means.signal,
      allowNet: false,
      script: one.script,
      observe: (plugin, event) => void events.push(Object.assign({ plugin }, event)),
      ...(subject === undefined ? {} : { target: subject.target.name, engine: subject.engine }),
    });
    let extensions: unknown;
    let context: unknown = { request_id: 'case', ...one.call.context };
    for (const step of one.call.steps) {
      const parts = { payload: step.payload, extensions: step.extensions ?? extensions, context };
      const result = await host.invoke(step.hook, pipelineRequest(step.hook, parts));
      const seen = seenOf(result, await result.background(), events.splice(0));
      steps.push(seen);
      ({ extensions, context } = seen.carried);
    }
    return { steps };
  } catch (error) {
    if (!isCpexError(error) || error.code === 'CPEX_E_INTERRUPTED') throw error;
    return { steps, failure: { code: error.code, message: error.message, evidence: error.evidence } };
  } finally {
    await host?.close();
    await folder.remove();
  }
}

/** What a step lacks of its own expectations; one without any must let the request go on. */
function stepMismatches(one: Case<Scenario>, step: ScenarioStep, index: number, seen: Seen): Mismatch[] {
  const here = seen.steps[index];
  const last = index === one.call.steps.length - 1;
  // What is expected of the whole is expected of the last step.
  if (here === undefined || (last && step.expect === undefined)) return [];
  const expect: Expectations = step.expect ?? { verdict: 'allow' };
  return stepUnmet(here, expect, here.events).map((mismatch) => ({
    ...mismatch,
    path: `steps[${index}].${mismatch.path}`,
  }));
}

function wholeMismatches(one: Case<Scenario>, seen: Seen, snapshots: Snapshots): Mismatch[] {
  const { expect } = one;
  const { failure, steps } = seen;
  const error = failure && { code: failure.code, message: failure.message };
  const mismatches = unmet('error', error, expect.error);
  if (failure !== undefined && expect.error === undefined) {
    mismatches.push({ path: 'error', expected: 'a pipeline that runs', actual: `${failure.code}: ${failure.message}` });
  }
  const last = failure === undefined ? steps.at(-1) : undefined;
  const own = one.call.steps.at(-1)?.expect;
  const asked = Object.keys(expect).length > 0 || own === undefined;
  if (last === undefined || !asked) return mismatches;
  const events = steps.flatMap((step) => step.events);
  const wanted: Expectations = Object.keys(expect).length > 0 ? expect : { verdict: 'allow' };
  mismatches.push(...stepUnmet(last, wanted, events, own));
  if (expect.snapshot) mismatches.push(...snapshots.compare(one, snapshotOf(last)));
  return mismatches;
}

/** @param also other expectations of the same step, which may have named its errors */
function stepUnmet(
  seen: StepSeen,
  expect: Expectations,
  events: readonly ServiceEvent[],
  also?: Expectations,
): Mismatch[] {
  const { pipeline = {} } = expect;
  const wanted: Record<string, unknown> = {
    ...pipeline,
    ...(pipeline.changes === undefined ? {} : { changes: changesWanted(pipeline.changes) }),
    ...(expect.verdict === undefined ? {} : { verdict: expect.verdict }),
    ...(expect.payloadModified === undefined ? {} : { payload_modified: expect.payloadModified }),
  };
  // An error that nobody expects is one that nobody would hear of.
  for (const key of ['errors', 'background_errors'] as const) {
    if (wanted[key] === undefined && also?.pipeline?.[key] === undefined) wanted[key] = [];
  }
  return [
    ...Object.entries(wanted).flatMap(([key, value]) => unmet(key, seen.values[key], value)),
    ...missingEvents(events, expect),
    ...tooLong(seen.durationNs, expect.withinMs),
  ];
}

/** A change may be named by its path alone. */
function changesWanted(changes: unknown): unknown {
  return Array.isArray(changes) ? changes.map((one) => (typeof one === 'string' ? { path: one } : one)) : changes;
}
