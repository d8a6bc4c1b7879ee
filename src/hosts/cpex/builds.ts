import type { Registration } from '../../model/profile.js';
import { CpexError } from '../../support/errors.js';
import { didYouMean } from '../../support/suggest.js';
import { type Fields, fieldsOf } from '../json-fields.js';
import { sampleValue } from '../sample-value.js';
import { cpexContract } from './contract.js';

/** A runner as a plugin declares it; `StepRunner` in `types.json`. */
export interface StepRunner {
  readonly runner: string;
  readonly default: boolean;
  readonly step_schema?: Readonly<Record<string, unknown>>;
}

export type LifecyclePhase = 'before' | 'after';

/** Events that a plugin asks for; `LifecycleHook` in `types.json`. */
export interface LifecycleHook {
  readonly events: readonly string[];
  readonly phase: LifecyclePhase;
  /** Milliseconds that one call may take. */
  readonly timeout_ms: number;
}

/** The request of `step.execute`. */
export interface StepRequest {
  readonly step: { readonly key: string; readonly runner: string; readonly args: unknown };
  readonly run_id: string;
  readonly step_id: string;
  readonly workspace_archive_id: string;
  readonly env: Readonly<Record<string, string>>;
  readonly workdir: string;
  readonly cache: CacheDecision;
  readonly parent_snapshot?: string;
}

export type CacheDecision =
  | { readonly kind: 'hit'; readonly tag: string }
  | { readonly kind: 'miss_build_as'; readonly tag: string }
  | { readonly kind: 'miss_no_commit' };

/** The runners that a plugin declared. */
export function runnersOf({ capabilities }: Pick<Registration, 'capabilities'>): readonly StepRunner[] {
  return Array.isArray(capabilities.step) ? (capabilities.step as StepRunner[]) : [];
}

/** The life cycle hooks that a plugin declared. */
export function lifecycleOf({ capabilities }: Pick<Registration, 'capabilities'>): readonly LifecycleHook[] {
  return Array.isArray(capabilities.lifecycle) ? (capabilities.lifecycle as LifecycleHook[]) : [];
}

/** The hook of a plugin that asked for an event in a phase; undefined where none did. */
export function askedFor(hooks: readonly LifecycleHook[], kind: string, phase: string): LifecycleHook | undefined {
  return hooks.find((one) => one.phase === phase && one.events.includes(kind));
}

/**
 * The runner of this name; without a name the default one, or the only one.
 * @throws CpexError `CPEX_E_RUNNER_UNKNOWN`, which names those that there are
 */
export function chooseRunner<T extends StepRunner>(runners: readonly T[], name: string | undefined): T {
  const names = runners.map(({ runner }) => runner);
  const evidence = names.length === 0 ? [] : [`runners: ${names.join(', ')}`];
  if (name !== undefined) {
    const found = runners.find(({ runner }) => runner === name);
    if (found !== undefined) return found;
    const hint = didYouMean(name, names);
    throw new CpexError('CPEX_E_RUNNER_UNKNOWN', `No plugin offers a runner "${name}".${hint}`, {
      evidence,
      remedy: names.length === 0 ? 'Plugins declare runners under the capability "step".' : 'Name one of them.',
    });
  }
  const usual = runners.find((one) => one.default) ?? (runners.length === 1 ? runners[0] : undefined);
  if (usual !== undefined) return usual;
  const what = names.length === 0 ? 'No plugin offers a runner' : 'No runner is the default one';
  throw new CpexError('CPEX_E_RUNNER_UNKNOWN', `${what}.`, {
    evidence,
    remedy: names.length === 0 ? 'Plugins declare runners under the capability "step".' : 'Name one of them.',
  });
}

/** A valid request for a runner; `args` where they are given, else a sample by the runner's schema. */
export function stepRequest({ runner, step_schema }: StepRunner, args?: unknown): StepRequest {
  return {
    step: { key: 'sample', runner, args: args ?? fieldsOf(sampleValue(step_schema ?? {})) },
    run_id: 'run-1',
    step_id: 'step-1',
    workspace_archive_id: 'workspace',
    env: {},
    workdir: '.',
    cache: { kind: 'miss_no_commit' },
  };
}

/** The kinds of event that a build knows. */
export const EVENT_KINDS: readonly string[] = variants().map(({ kind }) => kind);

/** A valid event of a kind, with the fields that are given in place of samples. Undefined for a kind that is not known. */
export function sampleEvent(kind: string, fields: Fields = {}): Fields | undefined {
  const found = variants().find((one) => one.kind === kind);
  if (found === undefined) return undefined;
  return { ...fieldsOf(sampleValue(found.schema, cpexContract.types)), ...fields, kind };
}

function variants(): { readonly kind: string; readonly schema: Fields }[] {
  const { oneOf } = cpexContract.types.get('BuildEvent') ?? {};
  return (Array.isArray(oneOf) ? oneOf : []).map((one) => {
    const schema = fieldsOf(cpexContract.types.get(String(fieldsOf(one).$ref).split('/').at(-1) ?? ''));
    return { kind: String(fieldsOf(fieldsOf(schema.properties).kind).const), schema };
  });
}
