import type { Language, TargetName } from '../../model/target.js';

/** What a workflow is made from. */
export interface WorkflowOptions {
  readonly language: Language;
  /** Each once, in the order of the target table. */
  readonly targets: readonly TargetName[];
  /** One Linux machine builds everything, instead of a machine of its own kind for each target. */
  readonly cross: boolean;
  /** The project's folder in the repository, with forward slashes; `.` for the whole of it. */
  readonly folder: string;
  /** Version of cpex that the workflow installs. */
  readonly cpex: string;
  /** Lowest glibc that `cpex.yaml` asks for. */
  readonly glibc?: string;
  /** The command line that makes this very workflow. */
  readonly madeBy: string;
}

/** A piece of a workflow: text that the author may change, or a region that cpex keeps up to date. */
export type WorkflowPart =
  | { readonly kind: 'own'; readonly text: string }
  | { readonly kind: 'region'; readonly name: string; readonly text: string };
