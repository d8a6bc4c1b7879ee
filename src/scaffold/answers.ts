import type { ProcessSettings } from '../model/process.js';
import type { Language } from '../model/target.js';
import type { CapabilityUse } from '../project/capabilities.js';

/** CI services that a workflow can be written for. */
export const CI_SERVICES = ['github', 'none'] as const;
export type CiService = (typeof CI_SERVICES)[number];

/** Working plugins that a project can begin with, one folder each below `templates/samples`. */
export const SAMPLES = ['audit-logger', 'notes-command', 'pii-redactor', 'policy-gate', 'step-runner'] as const;
export type SampleName = (typeof SAMPLES)[number];

/** Licences whose text cpex can write; `none` writes none. */
export const LICENSES = ['MIT', 'Apache-2.0', 'BSD-3-Clause', 'MPL-2.0', 'Unlicense', 'none'] as const;
export type License = (typeof LICENSES)[number];

/** Everything that `cpex new` has to know; complete and checked. */
export interface NewAnswers {
  readonly id: string;
  readonly language: Language;
  readonly host: string;
  readonly capabilities: readonly CapabilityUse[];
  /** What the application asks of plugins that are processes; absent for all others. */
  readonly process?: ProcessSettings;
  /** The working plugin that the project begins with; handlers to be filled in when absent. */
  readonly sample?: SampleName;
  /** Absolute folder of the project. */
  readonly root: string;
  readonly author: string;
  readonly description: string;
  /** URL of the sources; absent when nobody said and the host does not ask for one. */
  readonly repository?: string;
  readonly license: License;
  readonly ci: CiService;
  readonly git: boolean;
  /** Year of the copyright line. */
  readonly year: number;
}

/** How `cpex new` treats files that are there already. */
export interface NewOptions {
  /** Replace files that cpex wrote and nobody edited; keep the others. */
  readonly force: boolean;
  /** Replace edited files too. */
  readonly overwrite: boolean;
}

/** `hook:tool_pre_invoke` */
export function capabilityText(use: CapabilityUse): string {
  return use.argument === undefined ? use.flag : `${use.flag}:${use.argument}`;
}
