import path from 'node:path';
import type { RunContext } from '../model/context.js';
import type { Language, Target } from '../model/target.js';
import { emitIdentity } from '../project/identity.js';
import { hasIdentityFile, sourceRoot } from '../project/source-root.js';
import { hostTarget } from '../project/targets/host.js';
import { resolveTarget } from '../project/targets/normalise.js';
import { possible } from '../project/targets/possible.js';
import { TARGETS } from '../project/targets/table.js';
import { CpexError } from '../support/errors.js';
import { exists } from '../support/files.js';
import type { BuildOptions, BuildPlan, SkippedTarget, TargetPlan } from './build-model.js';
import { TOOLCHAINS } from './toolchains/by-language.js';
import type { ToolchainRequest } from './toolchains/toolchain.js';
import { VersionCache } from './version-cache.js';

/** A plan with what is needed to carry it out; the plan itself is plain data. */
export interface PreparedBuild {
  readonly plan: BuildPlan;
  /** In the order of `plan.targets`. */
  readonly requests: readonly ToolchainRequest[];
  readonly versions: VersionCache;
}

/**
 * Decides what to build with which tools, before anything is started or written.
 * @throws CpexError usage errors for targets and layout, environment errors for missing tools
 */
export async function prepareBuild(options: BuildOptions, context: RunContext): Promise<PreparedBuild> {
  const { project } = options;
  const { language } = project.manifest;
  const { wanted, skipped } = chooseTargets(options.targets, language);
  await requireBuildFile(sourceRoot(project), language);
  const home = options.scratch ?? project.root;
  const cache = path.join(home, '.cpex', 'build', 'tools.json');
  const versions = options.force ? VersionCache.empty(cache) : VersionCache.load(cache);
  const requests = wanted.map((target) => makeRequest(options, target, context, versions));
  const targets = await Promise.all(requests.map((request) => planTarget(request, home)));
  const identity = hasIdentityFile(project.manifest)
    ? { identity: path.join(project.root, emitIdentity(language, project.manifest).path) }
    : {};
  return { plan: { id: project.manifest.id, root: project.root, ...identity, targets, skipped }, requests, versions };
}

/** Absolute path of the library and its record for a target, whether or not they exist. */
export function outputPaths(
  root: string,
  id: string,
  target: Target,
  mode: BuildOptions['mode'],
): { readonly file: string; readonly record: string } {
  const folder = path.join(root, 'dist', folderName(target, mode));
  return { file: path.join(folder, id + target.libraryExtension), record: path.join(folder, 'build.json') };
}

async function planTarget(request: ToolchainRequest, home: string): Promise<TargetPlan> {
  const { project, target, mode } = request;
  const toolchain = TOOLCHAINS[project.manifest.language];
  const identity = await toolchain.identify(request);
  const { file, record } = outputPaths(home, project.manifest.id, target, mode);
  return {
    target: target.name,
    language: project.manifest.language,
    mode,
    toolchain: identity,
    commands: toolchain.commands(request, identity),
    folder: request.folder,
    output: file,
    record,
  };
}

function makeRequest(
  options: BuildOptions,
  target: Target,
  context: RunContext,
  versions: VersionCache,
): ToolchainRequest {
  const { project, mode, force, extra } = options;
  const folder = path.join(options.scratch ?? project.root, '.cpex', 'build', folderName(target, mode));
  const env = toolEnvironment(context.env, mode);
  return { project, target, mode, force, extra, folder, env, signal: context.signal, versions };
}

function folderName(target: Target, mode: BuildOptions['mode']): string {
  return mode === 'debug' ? `${target.name}-debug` : target.name;
}

/** The caller's variables, without a surrounding make's, and with English messages that we can explain. */
function toolEnvironment(env: RunContext['env'], mode: BuildOptions['mode']): RunContext['env'] {
  const { MAKEFLAGS: _flags, MFLAGS: _mflags, MAKELEVEL: _level, CARGO_MAKEFLAGS: _cargo, ...rest } = env;
  // `__DATE__` would make every build differ; 1980 is the earliest date that all tools accept.
  const epoch = mode === 'release' ? { SOURCE_DATE_EPOCH: rest.SOURCE_DATE_EPOCH ?? '315532800' } : {};
  return { ...rest, LANGUAGE: 'en', ...epoch };
}

function chooseTargets(
  names: readonly string[],
  language: Language,
): { readonly wanted: readonly Target[]; readonly skipped: readonly SkippedTarget[] } {
  const host = hostTarget();
  if (names.includes('all')) return chooseAll(host, language);
  const wanted = new Map((names.length === 0 ? [host] : names.map(resolveTarget)).map((one) => [one.name, one]));
  for (const target of wanted.values()) {
    const judged = possible(language, target);
    if (!judged.ok) {
      throw new CpexError('CPEX_E_BUILD_IMPOSSIBLE', `${language} cannot make a plugin for ${target.name}.`, {
        evidence: [judged.reason],
        remedy: judged.remedy,
      });
    }
    if (target.name !== host.name) throw crossError(target, host);
  }
  return { wanted: [...wanted.values()], skipped: [] };
}

/** Every target that can be built here; the others are listed with their reason. */
function chooseAll(host: Target, language: Language) {
  const wanted: Target[] = [];
  const skipped: SkippedTarget[] = [];
  for (const target of Object.values(TARGETS)) {
    const judged = possible(language, target);
    if (!judged.ok) skipped.push({ target: target.name, reason: judged.reason });
    else if (target.name === host.name) wanted.push(target);
    else skipped.push({ target: target.name, reason: 'cross-building is not part of this version' });
  }
  return { wanted, skipped };
}

function crossError(target: Target, host: Target): CpexError {
  return new CpexError('CPEX_E_BUILD_CROSS', 'Cross-building is not part of this version.', {
    evidence: [`wanted: ${target.name}`, `this machine: ${host.name}`],
    remedy: `Build on a ${target.name} machine, or leave --target away.`,
  });
}

async function requireBuildFile(root: string, language: Language): Promise<void> {
  const { buildFile } = TOOLCHAINS[language];
  if (await exists(path.join(root, buildFile))) return;
  const found = Object.entries(TOOLCHAINS).map(async ([name, one]) =>
    (await exists(path.join(root, one.buildFile))) ? [`${one.buildFile} is there, which is for ${name}`] : [],
  );
  throw new CpexError('CPEX_E_BUILD_LAYOUT', `There is no ${buildFile} in ${root}.`, {
    evidence: (await Promise.all(found)).flat(),
    remedy: `Put ${buildFile} there, name its folder as "build: {folder: …}" in cpex.yaml, or correct "language: ${language}" there.`,
  });
}
