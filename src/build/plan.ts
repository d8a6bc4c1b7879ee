import path from 'node:path';
import type { RunContext } from '../model/context.js';
import type { Project } from '../model/manifest.js';
import type { ArtefactKind, Language, Target, TargetName } from '../model/target.js';
import { artefactName } from '../project/artefact-name.js';
import { emitIdentity } from '../project/identity.js';
import { hasIdentityFile, sourceRoot } from '../project/source-root.js';
import { TARGETS } from '../project/targets/table.js';
import { CpexError, isCpexError } from '../support/errors.js';
import { exists } from '../support/files.js';
import type { BuildOptions, BuildPlan, SkippedTarget, TargetPlan, ToolchainIdentity } from './build-model.js';
import { chooseTargets, type WantedTarget } from './choose-targets.js';
import { withoutDownloads } from './find-toolchain.js';
import { nightlyVariables } from './sanitize/nightly.js';
import { requirePossible, type Sanitizer, sanitizerTag } from './sanitize/sanitizer.js';
import { BUILD_FILES, toolchainFor } from './toolchains/by-language.js';
import type { Toolchain, ToolchainRequest } from './toolchains/toolchain.js';
import { VersionCache } from './version-cache.js';
import { isOtherForm, wantedKind } from './wanted-kind.js';

/** Targets that are joined from the libraries of others. */
const SLICES: Partial<Record<TargetName, readonly TargetName[]>> = {
  'darwin-universal': ['darwin-x64', 'darwin-arm64'],
};

/** One target with what is needed to build it. */
export interface PreparedTarget {
  readonly plan: TargetPlan;
  readonly request: ToolchainRequest;
  readonly toolchain: Toolchain;
  /** The targets that are joined into this one, as in `plan.slices`. */
  readonly slices: readonly PreparedTarget[];
}

/** A plan with what is needed to carry it out; the plan itself is plain data. */
export interface PreparedBuild {
  readonly plan: BuildPlan;
  /** In the order of `plan.targets`. */
  readonly targets: readonly PreparedTarget[];
  readonly versions: VersionCache;
}

/**
 * Decides what to build with which tools, before anything is started or written.
 * @throws CpexError usage errors for targets and layout, environment errors for missing tools
 */
export async function prepareBuild(options: BuildOptions, context: RunContext): Promise<PreparedBuild> {
  const { project } = options;
  const { language } = project.manifest;
  const { wanted, skipped } = chooseTargets(options);
  const { sanitizer } = options;
  const kind = wantedKind(options);
  if (sanitizer !== undefined) for (const { target } of wanted) requirePossible(sanitizer, language, target, kind);
  await requireBuildFile(sourceRoot(project), language);
  const home = options.scratch ?? project.root;
  const cache = path.join(home, '.cpex', 'build', 'tools.json');
  const versions = options.force ? VersionCache.empty(cache) : VersionCache.load(cache);
  const { targets, lacking } = await planAll(wanted, (one) =>
    planTarget(makeRequest(options, one, context, versions), home, one.aimed),
  );
  const identity = hasIdentityFile(project.manifest)
    ? { identity: path.join(project.root, emitIdentity(language, project.manifest).path) }
    : {};
  const plans = targets.map(({ plan }) => plan);
  const plan = { id: project.manifest.id, root: project.root, ...identity, targets: plans };
  return { plan: { ...plan, skipped: [...skipped, ...lacking] }, targets, versions };
}

/**
 * Absolute path of the artefact and its record for a target, whether or not they exist.
 * @param home absolute folder that holds `dist`
 */
export function outputPaths(home: string, build: BuildPlace): { readonly file: string; readonly record: string } {
  const { project, kind, target } = build;
  const folder = path.join(home, 'dist', folderName(build));
  return {
    file: path.join(folder, artefactName(project.manifest.id, kind, target)),
    record: path.join(folder, 'build.json'),
  };
}

/**
 * Decides how one target is built. Starts questions to tools, and writes nothing.
 * @param home absolute folder that gets `dist`
 * @param aimed the wish for a glibc is the user's own, and not only the limit of `cpex.yaml`
 * @throws CpexError environment errors for missing tools, with what brings them
 */
export async function planTarget(
  request: ToolchainRequest,
  home: string,
  aimed = request.glibc !== request.project.manifest.glibc,
): Promise<PreparedTarget> {
  const { project, target, kind, mode, glibc, sanitizer } = request;
  const { language } = project.manifest;
  const { file, record } = outputPaths(home, request);
  const common = {
    target: target.name,
    kind,
    language,
    mode,
    folder: request.folder,
    output: file,
    record,
    ...(glibc === undefined ? {} : { glibc }),
    ...(sanitizer === undefined ? {} : { sanitizer }),
  };
  const toolchain = await toolchainFor(language);
  const parts = SLICES[target.name] ?? [];
  if (parts.length > 0) {
    const planned = await Promise.allSettled(
      parts.map((name) => planTarget(requestFor(request, TARGETS[name]), home, aimed)),
    );
    // What is said of two that lack something must not depend on which was asked faster.
    const slices = planned.map((one) => {
      if (one.status === 'rejected') throw one.reason;
      return one.value;
    });
    const plans = slices.map(({ plan }) => plan);
    const identity = joinedToolchain(plans.map((plan) => plan.toolchain));
    return { plan: { ...common, toolchain: identity, commands: [], slices: plans }, request, toolchain, slices };
  }
  const [asked, identity] = await identify(toolchain, request, aimed);
  const commands = toolchain.commands(asked, identity);
  return { plan: { ...common, toolchain: identity, commands }, request: asked, toolchain, slices: [] };
}

/**
 * The tools for a target. A glibc floor of the manifest says what the library may need, whoever compiles it: without
 * the one compiler that can aim at it another may do, and the audit of the file decides.
 */
async function identify(
  toolchain: Toolchain,
  request: ToolchainRequest,
  aimed: boolean,
): Promise<readonly [ToolchainRequest, ToolchainIdentity]> {
  const { glibc, ...open } = request;
  try {
    return [request, await toolchain.identify(request)];
  } catch (error) {
    if (glibc === undefined || aimed) throw error;
    const identity = await toolchain.identify(open).catch(() => undefined);
    if (identity === undefined) throw error;
    return [open, identity];
  }
}

/** The tools of all slices, each once, under the leading tool that they share. */
function joinedToolchain(parts: readonly ToolchainIdentity[]): ToolchainIdentity {
  const [first, ...more] = parts;
  if (first === undefined) throw new RangeError('nothing to join');
  const { compiler: _compiler, ...leading } = first;
  const tools = [first, ...more].flatMap((part) => [...part.helpers, ...(part.compiler ? [part.compiler.tool] : [])]);
  return { ...leading, helpers: [...new Map(tools.map((tool) => [tool.path, tool])).values()] };
}

/** What the toolchain is asked for one target. */
export function makeRequest(
  options: BuildOptions,
  { target, glibc }: WantedTarget,
  context: RunContext,
  versions: VersionCache,
): ToolchainRequest {
  const { project, force, extra, sanitizer } = options;
  // A report without lines is worth little, and nobody installs such a build.
  const mode = sanitizer === undefined ? options.mode : 'debug';
  const kind = wantedKind(options);
  const place = { project, target, kind, mode, ...(sanitizer === undefined ? {} : { sanitizer }) };
  const folder = path.join(options.scratch ?? project.root, '.cpex', 'build', folderName(place));
  const given = toolEnvironment(context.env, mode);
  const rust = sanitizer !== undefined && project.manifest.language === 'rust';
  const env = rust ? nightlyVariables(given) : given;
  const floor = sanitizer !== undefined ? { sanitizer } : glibc === undefined ? {} : { glibc };
  return { project, target, kind, mode, force, extra, ...floor, folder, env, signal: context.signal, versions };
}

/** The request for a slice of a target. */
function requestFor(request: ToolchainRequest, target: Target): ToolchainRequest {
  const folder = path.join(path.dirname(request.folder), folderName({ ...request, target }));
  return { ...request, target, folder };
}

/** What decides where a build works and what its result is called. */
interface BuildPlace {
  readonly project: Project;
  readonly target: Target;
  readonly kind: ArtefactKind;
  readonly mode: BuildOptions['mode'];
  readonly sanitizer?: Sanitizer;
}

function folderName({ project, target, kind, mode, sanitizer }: BuildPlace): string {
  const name = isOtherForm(project.manifest.host, kind) ? `${target.name}-process` : target.name;
  if (sanitizer !== undefined) return `${name}-${sanitizerTag(sanitizer)}`;
  return mode === 'debug' ? `${name}-debug` : name;
}

/**
 * The caller's variables, without a surrounding make's, and with English messages that we can explain. Nothing is
 * installed on the way.
 */
function toolEnvironment(env: RunContext['env'], mode: BuildOptions['mode']): RunContext['env'] {
  const { MAKEFLAGS: _flags, MFLAGS: _mflags, MAKELEVEL: _level, CARGO_MAKEFLAGS: _cargo, ...rest } = env;
  // `__DATE__` would make every build differ; 1980 is the earliest date that all tools accept.
  const epoch = mode === 'release' ? { SOURCE_DATE_EPOCH: rest.SOURCE_DATE_EPOCH ?? '315532800' } : {};
  return { ...withoutDownloads(rest), LANGUAGE: 'en', ...epoch };
}

/** Plans each target; one that lacks a tool is an error when it was named, and left out under `all`. */
async function planAll(wanted: readonly WantedTarget[], plan: (one: WantedTarget) => Promise<PreparedTarget>) {
  const planned = await Promise.allSettled(wanted.map(plan));
  const targets: PreparedTarget[] = [];
  const lacking: (WantedTarget & { readonly error: CpexError })[] = [];
  for (const [index, outcome] of planned.entries()) {
    const one = wanted[index];
    if (outcome.status === 'fulfilled') targets.push(outcome.value);
    else if (one === undefined || !isCpexError(outcome.reason) || outcome.reason.kind !== 'environment')
      throw outcome.reason;
    else lacking.push({ ...one, error: outcome.reason });
  }
  const required = targets.length === 0 ? lacking : lacking.filter(({ by }) => by === 'name');
  if (required.length > 0) throw toolsMissing(required);
  return { targets, lacking: lacking.map(leftOut) };
}

function leftOut({ target, by, error }: WantedTarget & { readonly error: CpexError }): SkippedTarget {
  const kind = by === 'manifest' ? 'promised' : 'lacking';
  const { message: reason, remedy } = error;
  return { target: target.name, kind, reason, ...(remedy === undefined ? {} : { remedy }) };
}

function toolsMissing(lacking: readonly (WantedTarget & { readonly error: CpexError })[]): CpexError {
  const [first] = lacking;
  if (first !== undefined && lacking.length === 1) return first.error;
  const remedies = new Set(lacking.flatMap(({ error }) => error.remedy ?? []));
  return new CpexError('CPEX_E_BUILD_TOOL_MISSING', `Tools are missing for ${lacking.length} targets.`, {
    evidence: lacking.map(({ target, error }) => `${target.name}: ${error.message}`),
    remedy: [...remedies].join('; '),
  });
}

async function requireBuildFile(root: string, language: Language): Promise<void> {
  const buildFile = BUILD_FILES[language];
  if (await exists(path.join(root, buildFile))) return;
  const found = Object.entries(BUILD_FILES).map(async ([name, file]) =>
    (await exists(path.join(root, file))) ? [`${file} is there, which is for ${name}`] : [],
  );
  throw new CpexError('CPEX_E_BUILD_LAYOUT', `There is no ${buildFile} in ${root}.`, {
    evidence: (await Promise.all(found)).flat(),
    remedy: `Put ${buildFile} there, name its folder as "build: {folder: …}" in cpex.yaml, or correct "language: ${language}" there.`,
  });
}
