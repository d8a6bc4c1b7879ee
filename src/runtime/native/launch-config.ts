import type { NativeRules } from '../../model/session.js';

/** Who kills the plugin when the CLI is gone: the kernel where it can, or a process of its own. */
export type Guardian = 'kernel' | 'process';

/** What the parent tells the child on its command line. */
export interface LaunchConfig extends NativeRules {
  readonly artefact: string;
  /** Numbers of the private descriptors at the moment of the start; the child moves them away. */
  readonly descriptors: Readonly<Record<DescriptorName, number>>;
  /** `process`: the CLI has told its guardian, and the kernel is not asked to do its work. */
  readonly guardian?: Guardian;
  /** False leaves the shared files unmapped, as on systems that cannot map them. */
  readonly mapping?: boolean;
  /** True when `HIGH_DESCRIPTOR` is open, for no other reason than to be so. */
  readonly roomy: boolean;
}

/** Where the child moves its private descriptors: plugins that close or write to descriptors guess low numbers. */
export const HIGH_DESCRIPTOR = 600;

/** Order in which the private descriptors are handed over, from number 3 on. */
export const DESCRIPTOR_NAMES = [
  'calls',
  'control',
  'callbacks',
  'lifeline',
  'recorder',
  'requests',
  'replies',
] as const;

/**
 * `calls` belongs to the worker and `callbacks` to a blocked main thread; `control` is served
 * asynchronously. Nothing is ever sent over `lifeline`. The others are files: `requests` is written
 * by the parent, `replies` by the child.
 */
export type DescriptorName = (typeof DESCRIPTOR_NAMES)[number];
