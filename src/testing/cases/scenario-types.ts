import type { Position } from '../../project/yaml-positions.js';
import type { Expectations } from './expectations.js';

/** The pipeline of a scenario. */
export interface ScenarioPipeline {
  /** Absolute path of its configuration; absent where the scenario has it itself. */
  readonly file?: string;
  /** Its configuration, or what is to be changed in that of the file: `plugins`, `plugin_settings`, … */
  readonly own: Readonly<Record<string, unknown>>;
  /** Where a key or value of `own` stands in the case file. */
  readonly at: (path: readonly string[], part: 'key' | 'value') => Position;
}

/** One hook of a request. */
export interface ScenarioStep {
  readonly hook: string;
  /** Undefined for the sample of the contract. */
  readonly payload: unknown;
  /** Undefined for what the step before left. */
  readonly extensions: unknown;
  readonly expect?: Expectations;
}

/** A request that goes through a pipeline, hook by hook. */
export interface Scenario {
  readonly kind: 'pipeline';
  readonly pipeline: ScenarioPipeline;
  readonly steps: readonly ScenarioStep[];
  /** `request_id`, `global_state`, `local_states`, as far as they are given. */
  readonly context: Readonly<Record<string, unknown>>;
}

/** The parts of a pipeline's configuration that a scenario can have. */
export const PIPELINE_KEYS = ['plugins', 'plugin_settings', 'global', 'groups', 'routes'] as const;
