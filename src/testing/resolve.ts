import path from 'node:path';
import { type EngineName, judgeFor, startLimit } from '../build/engine.js';
import { ensureBuilt } from '../build/service.js';
import { inForm, type PluginForm } from '../hosts/form.js';
import { findProfile, profileFor } from '../hosts/registry.js';
import type { RunContext } from '../model/context.js';
import type { Project } from '../model/manifest.js';
import { type ApplicationWish, applicationOf } from '../project/application.js';
import { findProject } from '../project/find.js';
import { hostTarget } from '../project/targets/host.js';
import { resolveTarget } from '../project/targets/normalise.js';
import { nativeEngine } from '../runtime/native/engine.js';
import { CpexError, isCpexError } from '../support/errors.js';
import { isCases } from './cases/find.js';
import type { Durations } from './conformance/durations.js';
import type { Subject } from './subject.js';
import type { TestTarget } from './test-target.js';

export interface ResolveOptions {
  readonly files: readonly string[];
  readonly host?: string;
  /** Forms of the plugin, for a host that takes both; what the host takes by itself when absent. */
  readonly as?: PluginForm | 'both';
  /** What the command line says of the plugin's application. */
  readonly application?: ApplicationWish;
  readonly timeout?: number;
  readonly debug: boolean;
  /** Target in any spelling; the host's own when absent. */
  readonly target?: string;
  readonly engine?: EngineName;
  readonly runner?: string;
  /** Configuration to register with, in place of the manifest's. */
  readonly config?: unknown;
  readonly durations: Durations;
  /** Where every random choice comes from. */
  readonly seed: number;
}

/** Finds out what is to be tested: the libraries named, else the project, built when stale. */
export async function findSubjects(options: ResolveOptions, context: RunContext): Promise<TestTarget[]> {
  const paths = options.files.map((file) => path.resolve(context.cwd, file));
  const caseFiles: string[] = [];
  const libraries: string[] = [];
  for (const file of paths) ((await isCases(file)) ? caseFiles : libraries).push(file);
  const project = await findProject(context.cwd);
  if (options.as === 'both') return inBothForms(options, libraries, context);
  if (libraries.length > 0) {
    const host = options.host ?? project?.manifest.host;
    const means = await findMeans({ ...options, ...(host === undefined ? {} : { host }) }, undefined, context);
    const shared = { ...means, signal: context.signal };
    return Promise.all(libraries.map((file) => bare(file, project, caseFiles, options, shared, context.cwd)));
  }
  if (project === undefined) throw noSubject();
  const means = await findMeans(options, project, context);
  context.emit({ type: 'config', file: project.file });
  const mode = options.debug ? 'debug' : 'release';
  const form = formOf(options.as);
  const built = await ensureBuilt(
    project,
    { target: means.target.name, mode, ...(form === undefined ? {} : { as: form }) },
    context,
  );
  const { manifest } = project;
  const subject: Subject = {
    ...means,
    ...common(options),
    signal: context.signal,
    artefact: built.file,
    profile: inForm(await profileFor(options.host ?? manifest.host, { ...project, ...wished(options) }), form),
    ...applicationOf(project, options.application),
    manifest,
    config: options.config ?? manifest.test?.config ?? {},
    language: manifest.language,
    sources: { project, context },
    times: path.join(project.root, '.cpex', 'times.json'),
  };
  return [{ subject, project, language: manifest.language, caseFiles }];
}

/** The project's plugin as a library and as a process, in this order. */
async function inBothForms(
  options: ResolveOptions,
  files: readonly string[],
  context: RunContext,
): Promise<TestTarget[]> {
  if (files.length > 0) {
    throw new CpexError('CPEX_E_USAGE', '--as both is for a project, which is built in both forms.', {
      remedy: 'Leave the file away, or say of which form it is: --as library or --as process.',
    });
  }
  const targets: TestTarget[] = [];
  for (const as of ['library', 'process'] as const) targets.push(...(await findSubjects({ ...options, as }, context)));
  return targets;
}

function formOf(as: ResolveOptions['as']): PluginForm | undefined {
  return as === 'both' ? undefined : as;
}

function noSubject(): CpexError {
  return new CpexError('CPEX_E_TEST_NO_SUBJECT', 'There is no project here and no library was named.', {
    remedy: 'Change into a project, or name a built library: cpex test ./plugin.so --host cpex',
  });
}

/** A library on its own; the project around it is not asked what it should be. */
async function bare(
  file: string,
  project: Project | undefined,
  caseFiles: readonly string[],
  options: ResolveOptions,
  means: Means & Pick<Subject, 'signal'>,
  cwd: string,
): Promise<TestTarget> {
  const host = options.host ?? project?.manifest.host ?? 'cpex';
  const subject: Subject = {
    ...means,
    ...common(options),
    artefact: file,
    profile: inForm(await profileFor(host, { ...(project ?? { root: cwd }), ...wished(options) }), formOf(options.as)),
    ...applicationOf(project, options.application),
    config: options.config ?? {},
    language: 'c',
  };
  return { subject, caseFiles };
}

/** What the plugin is started with, and on. */
export type Means = Pick<Subject, 'target' | 'engine' | 'notRun' | 'noProbe' | 'startDeadline'>;

/** The engine for the target. Where nothing here can run such plugins, the reason stands in for it. */
export async function findMeans(
  { target: spelling, engine, runner, host, as }: Pick<ResolveOptions, 'target' | 'engine' | 'runner' | 'host' | 'as'>,
  project: Project | undefined,
  context: RunContext,
): Promise<Means> {
  const target = spelling === undefined ? hostTarget() : resolveTarget(spelling);
  try {
    const { engine: chosen, noProbe } = await judgeFor(
      {
        target,
        transport: inForm(findProfile(host ?? project?.manifest.host ?? 'cpex'), formOf(as)).transport,
        ...(engine === undefined ? {} : { engine }),
        ...(runner === undefined ? {} : { runner }),
        ...(project === undefined ? {} : { manifest: project.manifest }),
      },
      context,
    );
    const limit = startLimit(chosen);
    return {
      target,
      engine: chosen,
      ...(noProbe === undefined ? {} : { noProbe }),
      ...(limit === undefined ? {} : { startDeadline: limit }),
    };
  } catch (error) {
    if (!isCpexError(error) || error.code !== 'CPEX_E_RUNNER_NONE') throw error;
    return { target, engine: nativeEngine(), notRun: error.evidence.join('; ') };
  }
}

function wished({ application }: ResolveOptions) {
  return application === undefined ? {} : { application };
}

function common({ timeout, durations, seed }: ResolveOptions) {
  return { durations, seed, ...(timeout === undefined ? {} : { callDeadline: timeout, startDeadline: timeout }) };
}
