import path from 'node:path';
import type { RunContext } from '../../model/context.js';
import type { PairReport, RunReport, TargetsReport, UsedTool } from '../../model/doctor.js';
import type { Manifest, Project } from '../../model/manifest.js';
import { LANGUAGES, type Language } from '../../model/target.js';
import { hostTarget } from '../../project/targets/host.js';
import { type ParsedTarget, parseTarget } from '../../project/targets/normalise.js';
import { possible } from '../../project/targets/possible.js';
import { TARGETS } from '../../project/targets/table.js';
import { findRunner } from '../../runtime/runner.js';
import { type CpexError, isCpexError } from '../../support/errors.js';
import type { TargetPlan } from '../build-model.js';
import { makeRequest, planTarget } from '../plan.js';
import type { ToolchainRequest } from '../toolchains/toolchain.js';
import { VersionCache } from '../version-cache.js';
import { coldLibraries } from '../zig-warm-up.js';

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
  context: RunContext,
): ToolchainRequest {
  const subject = project?.manifest.language === language ? project : bareProject(language, context.cwd);
  const floor = target.libc === 'glibc' ? (glibc ?? subject.manifest.glibc) : undefined;
  const wanted = { target, by: 'name', ...(floor === undefined ? {} : { glibc: floor }) } as const;
  const options = { project: subject, targets: [], mode: 'release', force: false, verbose: false, extra: [] } as const;
  return makeRequest({ ...options, dryRun: true }, wanted, context, versions);
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
  const pair = { language, target: target.name, tools: [], notes: [], run: await examineRunner(request) };
  const judged = possible(language, target, request.kind);
  if (!judged.ok) {
    const problem = { code: 'CPEX_E_BUILD_IMPOSSIBLE', message: judged.reason, evidence: [] };
    return { ...pair, state: 'impossible', problem, remedy: judged.remedy };
  }
  try {
    const { plan } = await planTarget(request, project.root);
    return { ...pair, state: 'ready', ...usedBy(plan), notes: notesOn(plan, request.env) };
  } catch (error) {
    if (!isCpexError(error) || error.kind === 'bug' || error.code === 'CPEX_E_INTERRUPTED') throw error;
    return { ...pair, state: 'lacking', ...lackOf(error) };
  }
}

async function examineRunner({ target, env, project }: ToolchainRequest): Promise<RunReport> {
  const { runners } = project.manifest;
  try {
    const found = await findRunner(target, env, runners === undefined ? {} : { manifest: runners });
    if (found.state !== 'found') return found;
    const { kind, argv, why } = found.runner;
    return kind === 'native' ? { state: 'native' } : { state: 'runner', kind, command: argv, why };
  } catch (error) {
    if (!isCpexError(error) || error.kind === 'bug') throw error;
    return { state: 'invalid', message: error.message };
  }
}

function lackOf(error: CpexError): Pick<PairReport, 'problem' | 'remedy'> {
  const { code, message, evidence, remedy } = error;
  return { problem: { code, message, evidence }, ...(remedy === undefined ? {} : { remedy }) };
}

function usedBy({ toolchain, slices = [] }: TargetPlan): Pick<PairReport, 'tools' | 'compiler'> {
  const compiler = toolchain.compiler ?? slices[0]?.toolchain.compiler;
  const tools = [toolchain, ...toolchain.helpers, ...(compiler === undefined ? [] : [compiler.tool])];
  return {
    tools: [...new Map(tools.map((tool) => [tool.path, bare(tool)])).values()],
    ...(compiler === undefined
      ? {}
      : { compiler: { ...bare(compiler.tool), source: compiler.source, why: compiler.why } }),
  };
}

/** For Windows zig makes a C library from source before the first build, with all cores. */
function notesOn(plan: TargetPlan, env: RunContext['env']): string[] {
  const slow = plan.target.startsWith('windows-') && coldLibraries([plan], env).length > 0;
  return slow ? ['the first build takes a minute or two: zig makes a C library'] : [];
}

function bare({ name, version, path: file }: UsedTool): UsedTool {
  return { name, version, path: file };
}
