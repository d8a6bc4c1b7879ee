import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { packageRoot } from '../support/package-root.js';
import type { SampleName } from './answers.js';

/** `sample.yaml`: what a working plugin among the templates is, in every language. */
export interface Sample {
  /** A few words for lists. */
  readonly summary: string;
  /** Description of the new plugin when nobody says. */
  readonly description: string;
  /** As in `cpex.yaml`. */
  readonly capabilities: readonly string[];
  readonly config_schema?: Readonly<Record<string, unknown>>;
  /** Configuration that tests register the plugin with. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Conformance tests to leave out, and why. */
  readonly skip?: Readonly<Record<string, string>>;
  /** What the plugin does and how it is configured, for README.md; Markdown. */
  readonly readme: string;
}

/** The host that the samples are for. */
export const SAMPLE_HOST = 'cpex';

/** Reads what a sample says about itself. */
export function readSample(name: SampleName): Sample {
  const file = path.join(packageRoot(), 'templates', 'samples', name, 'sample.yaml');
  return parse(readFileSync(file, 'utf8')) as Sample;
}
