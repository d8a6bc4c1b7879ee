import type { RunContext } from '../../model/context.js';
import type { CpexError } from '../../support/errors.js';
import type { HostConfig } from './host-config.js';
import type { PluginHost } from './plugin-host.js';
import type { Step } from './steps.js';
import type { Upstream } from './upstream.js';

/** What a word gets. */
export interface WordContext {
  readonly host: PluginHost;
  readonly config?: HostConfig;
  readonly context: RunContext;
}

/** What a word came to. */
export interface WordResult {
  readonly value: object;
  readonly text: (steps: readonly Step[]) => string;
  readonly exit?: number;
  readonly failure?: CpexError;
}

/** A word of `cpex run`, with what was given to it. */
export interface Word {
  /** The steps are part of the text that is printed. */
  readonly story: boolean;
  readonly upstreams: readonly Upstream[];
  run(given: WordContext): Promise<WordResult>;
}
