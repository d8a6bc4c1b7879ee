import path from 'node:path';
import type { RunContext } from '../model/context.js';
import type { PairReport, RunReport, TargetsReport, UsedTool } from '../model/doctor.js';
import type { Manifest, Project } from '../model/manifest.js';
import { LANGUAGES, type Language, type Target } from '../model/target.js';
import { hostTarget } from '../project/targets/host.js';
import { type ParsedTarget, parseTarget } from '../project/targets/normalise.js';
import { possible } from '../project/targets/possible.js';
import { TARGETS } from '../project/targets/table.js';
import { findRunner } from '../runtime/runner.js';
import { type CpexError, isCpexError } from '../support/errors.js';
import type { ToolchainIdentity } from './build-model.js';
import { TOOLCHAINS } from './toolchains/by-language.js';
import type { ToolchainRequest } from './toolchains/toolchain.js';
import { VersionCache } from './version-cache.js';

export interface TargetsOptions {
  /** Targets in any accepted spelling, `host` or `all`. */
  readonly targets: readonly string[];
  /** The only language to look at; that of the project, else all three, when absent. */
  readonly language?: Language;
  /** The project that one stands in: `all` means its targets. */
  readonly project?: Project;
}

/**
 * Asks the toolchains, all at once, whether each language can be built for each target, as a build would.
 * Writes nothing.
 * @throws CpexError `CPEX_E_TARGET_UNKNOWN`, `CPEX_E_TARGET_HOST`, `CPEX_E_INTERRUPTED`
 */
export async function examineTargets(options: TargetsOptions, context: RunContext): Promise<TargetsReport> {
  const { project } = options;
  const own = options.language ?? project?.manifest.language;
  const languages = own === undefined ? LANGUAGES : [own];
  const targets = chosenTargets(options);
  // Nothing is remembered from earlier: what a tool answers now is what counts.
  const versions = VersionCache.empty(path.join(context.cwd, 'never-saved.json'));
  const pairs = await Promise.all(
    targets.flatMap((wanted) =>
      languages.map((language) => examinePair(requestFor(language, wanted, { project, versions }, context))),
    ),
  );
  return { host: hostTarget().name, pairs, ok: pairs.every(({ state }) => state !== 'lacking') };
}

/** Each target once, `all` in the order of the table. */
function chosenTargets({ targets, project }: TargetsOptions): readonly ParsedTarget[] {
  const every = () =>
    project?.manifest.targets?.map(parseTarget) ?? Object.values(TARGETS).map((target) => ({ target }));
  const wanted = targets.flatMap((name) => (name.trim().toLowerCase() === 'all' ? every() : [parseTarget(name)]));
  return [...new Map(wanted.toReversed().map((one) => [one.target, one])).values()].toReversed();
}

interface Surroundings {
  readonly project: Project | undefined;
  readonly versions: VersionCache;
}

/** What a build would ask its toolchain, also where there is no project. */
function requestFor(
  language: Language,
  { target, glibc }: ParsedTarget,
  { project, versions }: Surroundings,
  { cwd, env, signal }: RunContext,
): ToolchainRequest {
  const subject = project?.manifest.language === language ? project : bareProject(language, cwd);
  const floor = target.libc === 'glibc' ? (glibc ?? subject.manifest.glibc) : undefined;
  return {
    project: subject,
    target,
    mode: 'release',
    force: false,
    extra: [],
    folder: path.join(subject.root, '.cpex', 'build', target.name),
    env,
    signal,
    versions,
    ...(floor === undefined ? {} : { glibc: floor }),
  };
}

/** Stands for any project of a language: tools do not depend on more. */
function bareProject(language: Language, root: string): Project {
  const manifest: Manifest = {
    manifest: 1,
    id: 'plugin',
    version: '0.0.0',
    author: 'nobody',
    language,
    host: 'cpex',
    capabilities: [],
  };
  return { root, file: path.join(root, 'cpex.yaml'), manifest };
}

async function examinePair(request: ToolchainRequest): Promise<PairReport> {
  const { target, project } = request;
  const { language } = project.manifest;
  const pair = { language, target: target.name, tools: [], notes: [], run: await examineRunner(target, request.env) };
  const judged = possible(language, target);
  if (!judged.ok) {
    const problem = { code: 'CPEX_E_BUILD_IMPOSSIBLE', message: judged.reason, evidence: [] };
    return { ...pair, state: 'impossible', problem, remedy: judged.remedy };
  }
  try {
    const parts = await Promise.all(slicesOf(target).map((slice) => identify({ ...request, target: slice })));
    return { ...pair, state: 'ready', ...usedBy(parts) };
  } catch (error) {
    if (!isCpexError(error) || error.kind === 'bug' || error.code === 'CPEX_E_INTERRUPTED') throw error;
    return { ...pair, state: 'lacking', ...lackOf(error) };
  }
}

async function examineRunner(target: Target, env: RunContext['env']): Promise<RunReport> {
  try {
    const found = await findRunner(target, env);
    if (found.state !== 'found') return found;
    const { kind, argv, why } = found.runner;
    return kind === 'native' ? { state: 'native' } : { state: 'runner', kind, command: argv, why };
  } catch (error) {
    if (!isCpexError(error) || error.kind === 'bug') throw error;
    return { state: 'invalid', message: error.message };
  }
}

function identify(request: ToolchainRequest): Promise<ToolchainIdentity> {
  return TOOLCHAINS[request.project.manifest.language].identify(request);
}

/** The targets that are built for this one: itself, or what is joined into it. */
function slicesOf(target: Target): readonly Target[] {
  return target.arch === 'universal' ? [TARGETS['darwin-x64'], TARGETS['darwin-arm64']] : [target];
}

function lackOf(error: CpexError): Pick<PairReport, 'problem' | 'remedy'> {
  const { code, message, evidence, remedy } = error;
  return { problem: { code, message, evidence }, ...(remedy === undefined ? {} : { remedy }) };
}

function usedBy(parts: readonly ToolchainIdentity[]): Pick<PairReport, 'tools' | 'compiler'> {
  const tools = parts.flatMap((one) => [
    one,
    ...one.helpers,
    ...(one.compiler === undefined ? [] : [one.compiler.tool]),
  ]);
  const compiler = parts[0]?.compiler;
  return {
    tools: [...new Map(tools.map((tool) => [tool.path, bare(tool)])).values()],
    ...(compiler === undefined
      ? {}
      : { compiler: { ...bare(compiler.tool), source: compiler.source, why: compiler.why } }),
  };
}

function bare({ name, version, path: file }: UsedTool): UsedTool {
  return { name, version, path: file };
}
