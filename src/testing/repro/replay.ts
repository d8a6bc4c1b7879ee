import path from 'node:path';
import { ENGINES, type EngineName } from '../../build/engine.js';
import type { PluginForm } from '../../hosts/form.js';
import type { RunContext } from '../../model/context.js';
import type { ApplicationWish } from '../../project/application.js';
import { findProject } from '../../project/find.js';
import { CpexError, isCpexError, systemCode } from '../../support/errors.js';
import { exists, readTextIfThere, sha256File } from '../../support/files.js';
import { validate } from '../../support/schemas.js';
import { REMOVED } from '../../support/secrets.js';
import type { Durations } from '../conformance/durations.js';
import type { ReproBundle } from './bundle.js';

/** The options of a test run that a bundle stands for. */
export interface ReplayOptions {
  readonly files: readonly string[];
  readonly host: string;
  readonly target: string;
  /** Absent for plugins that are processes: their transport decides. */
  readonly engine?: EngineName;
  readonly as?: PluginForm;
  readonly application: ApplicationWish;
  readonly only: readonly string[];
  readonly seed: number;
  readonly durations: Durations;
  readonly level: number;
  readonly config: unknown;
}

/** Highest level of the catalogue: the test that is replayed may be of any. */
const ANY_LEVEL = 10;

/**
 * Reads a bundle and says how to run its test again. In the project that it came from the project is tested, built when it
 * is stale; elsewhere the library that the bundle names, or the one that is given.
 * @param libraries libraries that stand in for the bundle's own
 * @param wish what the command line says of the application, over the bundle
 * @throws CpexError `CPEX_E_REPRO_INVALID`, `CPEX_E_REPRO_ARTEFACT`
 */
export async function replayOptions(
  word: string,
  libraries: readonly string[],
  wish: ApplicationWish,
  context: RunContext,
): Promise<ReplayOptions> {
  const bundle = await readBundle(path.resolve(context.cwd, word));
  const note = (text: string) => context.emit({ type: 'note', level: 'warn', text });
  const project = await findProject(context.cwd);
  const own = libraries.length === 0 && bundle.plugin !== null && project?.manifest.id === bundle.plugin;
  const [library = bundle.artefact.path] = libraries;
  if (!own) await compare(path.resolve(context.cwd, library), bundle, note);
  if (JSON.stringify(bundle.config).includes(REMOVED)) {
    note('The bundle holds no secrets: the plugin is registered with "(removed)" in place of them.');
  }
  return {
    files: own ? [] : [library, ...(bundle.test.file === undefined ? [] : [bundle.test.file])],
    host: bundle.host,
    target: bundle.target,
    ...(isEngine(bundle.engine) ? { engine: bundle.engine } : {}),
    ...(bundle.form === undefined ? {} : { as: bundle.form }),
    application: { ...bundle.application, ...wish },
    only: [bundle.test.id],
    seed: bundle.seed,
    durations: bundle.durations,
    level: ANY_LEVEL,
    config: bundle.config,
  };
}

function isEngine(name: string): name is EngineName {
  return ENGINES.some((one) => one === name);
}

async function readBundle(file: string): Promise<ReproBundle> {
  const invalid = (evidence: readonly string[]) =>
    new CpexError('CPEX_E_REPRO_INVALID', `${file} is no bundle of a failed test.`, {
      evidence,
      remedy: 'Name a file that cpex test wrote: it is the last word of the command that it printed.',
    });
  let value: unknown;
  try {
    const text = await readTextIfThere(file);
    if (text === undefined) throw invalid(['there is no such file']);
    value = JSON.parse(text);
  } catch (error) {
    if (isCpexError(error)) throw error;
    if (error instanceof SyntaxError || systemCode(error) !== undefined) throw invalid([(error as Error).message]);
    throw error;
  }
  const problems = validate('repro', value);
  if (problems.length > 0) throw invalid(problems.map(({ path: at, message }) => `${at.join('.')}: ${message}`));
  return value as ReproBundle;
}

async function compare(library: string, { artefact }: ReproBundle, note: (text: string) => void): Promise<void> {
  if (!(await exists(library))) {
    throw new CpexError('CPEX_E_REPRO_ARTEFACT', 'The library of the bundle is not here.', {
      evidence: [`looked for: ${library}`, `sha256 ${artefact.sha256}`],
      remedy: 'Name the library before the flag: cpex test ./plugin.so --replay FILE',
    });
  }
  const digest = await sha256File(library);
  if (digest !== artefact.sha256)
    note(`${library} is not the library that failed: its sha256 begins with ${digest.slice(0, 12)}.`);
}
