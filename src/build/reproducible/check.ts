import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunContext } from '../../model/context.js';
import type { CpexEvent } from '../../model/event.js';
import type { Project } from '../../model/manifest.js';
import type { TargetName } from '../../model/target.js';
import { sourceRoot } from '../../project/source-root.js';
import { CpexError } from '../../support/errors.js';
import { temporaryFolder } from '../../support/files.js';
import { runTool } from '../../support/tools.js';
import type { BuildOptions, BuildResult } from '../build-model.js';
import { buildProject } from '../service.js';
import { requireLockedTools } from '../tool-lock/tool-lock.js';
import { type BuiltOnce, compareLibraries } from './compare.js';
import { copyTree, type SourceTree, sourceTree } from './copy.js';
import type { ReproducibleResult, TargetComparison } from './model.js';

/** Coarsest unit of time in which builds record when they ran, in milliseconds: the dates of an archive. */
const TICK_MS = 2000;
/** Time for rustc to say where it is, in milliseconds. */
const ASK_MS = 60_000;

/** One of the two builds. */
interface Build {
  readonly result: BuildResult;
  readonly folders: readonly string[];
  readonly began: number;
  readonly ended: number;
}

/**
 * Builds each target twice, from copies of the sources in two temporary folders of different names and
 * lengths, with different folders for temporary files and at different times, and compares the libraries
 * byte by byte. Caches of compiled code are not shared, those of downloads are. The project itself is
 * read and nothing of it is written.
 * @param locked refuse tools that `cpex-toolchains.lock` does not record
 * @throws CpexError as {@link buildProject}
 */
export async function checkReproducible(
  options: BuildOptions,
  locked: boolean,
  context: RunContext,
): Promise<ReproducibleResult> {
  const { plan } = await buildProject({ ...options, dryRun: true }, context);
  if (locked) await requireLockedTools(options.project, plan, context);
  const targets = plan.targets.map(({ target }) => target);
  const tree = await sourceTree(options.project, context);
  const scratch = await temporaryFolder('reproducible');
  try {
    const toolchain = await chosenRust(options.project, context);
    const places: [Place, Place] = [
      { name: 'first', folder: path.join(scratch.path, 'a', 'plugin'), temporary: path.join(scratch.path, 'tmp-a') },
      {
        name: 'second',
        folder: path.join(scratch.path, 'second', 'and-a-longer', 'plugin-once-more'),
        temporary: path.join(scratch.path, 'temporary-files-of-the-second'),
      },
    ];
    const request = { ...options, targets, dryRun: false, force: false };
    const first = await buildIn(places[0], request, tree, { ...context, env: { ...context.env, ...toolchain } });
    await nextTick(first.ended, context.signal);
    const second = await buildIn(places[1], request, tree, {
      ...context,
      env: { ...context.env, ...toolchain, ...withoutCaches(scratch.path) },
    });
    const compared: TargetComparison[] = [];
    for (const target of targets) {
      const one = await comparison(target, first, second);
      if (one !== undefined) compared.push(one);
    }
    const both = [...first.result.failures, ...second.result.failures];
    const failures = [...new Map(both.map((one) => [one.target, one])).values()];
    const told = new Set([...compared, ...failures].map(({ target }) => target));
    const unfit = targets.filter((target) => !told.has(target));
    const complete = plan.skipped.every(({ kind }) => kind !== 'promised');
    const ok = complete && compared.length === targets.length && compared.every(({ same }) => same);
    return { targets: compared, skipped: plan.skipped, failures, unfit, files: tree.files.length, ok };
  } finally {
    await scratch.remove();
  }
}

/** Where one build happens. */
interface Place {
  readonly name: 'first' | 'second';
  /** Copy of the source tree. */
  readonly folder: string;
  readonly temporary: string;
}

async function buildIn(place: Place, options: BuildOptions, tree: SourceTree, context: RunContext): Promise<Build> {
  await mkdir(place.folder, { recursive: true });
  await mkdir(place.temporary, { recursive: true });
  await copyTree(tree, place.folder, context.signal);
  const project = moved(options.project, tree.folder, place.folder);
  const began = Date.now();
  const { temporary } = place;
  const env = {
    ...movedVariables(context.env, tree.folder, place.folder),
    ...{ TMPDIR: temporary, TMP: temporary, TEMP: temporary },
    CARGO_TARGET_DIR: path.join(project.root, 'target'),
  };
  try {
    const emit = (event: CpexEvent) => {
      const shown = renamed(event, place);
      if (shown !== undefined) context.emit(shown);
    };
    const result = await buildProject({ ...options, project }, { ...context, env, emit, cwd: project.root });
    return { result, folders: [place.folder, temporary], began, ended: Date.now() };
  } catch (error) {
    throw explained(error, tree);
  }
}

function moved(project: Project, from: string, to: string): Project {
  const move = (file: string) => path.join(to, path.relative(from, file));
  return { ...project, root: move(project.root), file: move(project.file) };
}

/** Variables in which a user names folders of the sources. */
const NAMES_SOURCES = /^(?:GOWORK|GOFLAGS|CGO_[A-Z]+|C(?:PP|XX)?FLAGS|LDFLAGS|RUSTFLAGS|CMAKE_[A-Z_]+)$/;

function movedVariables(env: RunContext['env'], from: string, to: string): RunContext['env'] {
  const entries = Object.entries(env).map(([name, value]) =>
    NAMES_SOURCES.test(name) ? [name, value?.replaceAll(from, () => to)] : [name, value],
  );
  return Object.fromEntries(entries) as RunContext['env'];
}

/** What lets a compiler hand out its earlier answer; with one, the second build would prove nothing. */
function withoutCaches(folder: string): RunContext['env'] {
  return {
    GOCACHE: path.join(folder, 'go-cache'),
    CCACHE_DISABLE: '1',
    SCCACHE_RECACHE: '1',
    CARGO_INCREMENTAL: '0',
  };
}

/** rustup may choose a toolchain by the project's folder, which a copy has not. */
async function chosenRust(project: Project, { env, signal }: RunContext): Promise<RunContext['env']> {
  if (project.manifest.language !== 'rust' || env.RUSTUP_TOOLCHAIN) return {};
  const options = { cwd: sourceRoot(project), env, signal, timeout: ASK_MS };
  const { code, stdout } = await runTool('rustc', ['--print', 'sysroot'], options);
  const sysroot = stdout.trim();
  const managed = code === 0 && path.basename(path.dirname(sysroot)) === 'toolchains';
  return managed ? { RUSTUP_TOOLCHAIN: path.basename(sysroot) } : {};
}

/** Waits until a clock that ticks seldom shows another time than when the first build ended. */
async function nextTick(ended: number, signal: AbortSignal): Promise<void> {
  const rest = (Math.floor(ended / TICK_MS) + 1) * TICK_MS - Date.now();
  if (rest <= 0) return;
  await sleep(rest, undefined, { signal }).catch(() => {});
}

async function comparison(target: TargetName, first: Build, second: Build): Promise<TargetComparison | undefined> {
  const [one, two] = [builtOnce(target, first), builtOnce(target, second)];
  if (one === undefined || two === undefined) return undefined;
  const same = one.report.sha256 === two.report.sha256;
  return {
    target,
    same,
    sha256: [one.report.sha256, two.report.sha256],
    sizes: [one.report.size, two.report.size],
    differences: same ? [] : await compareLibraries(one, two),
  };
}

function builtOnce(target: TargetName, { result, folders, began, ended }: Build): BuiltOnce | undefined {
  const file = result.artefacts.find((one) => one.target === target)?.file;
  const report = result.audits.find((one) => one.file === file);
  return file === undefined || report === undefined ? undefined : { file, report, folders, began, ended };
}

/** Both builds speak of the same tasks, and of files that nobody will find. */
function renamed(event: CpexEvent, { name }: Place): CpexEvent | undefined {
  const title = (text: string) => `${text}, ${name} time`;
  switch (event.type) {
    case 'task.plan':
      return { ...event, tasks: event.tasks.map((task) => ({ id: `${name}:${task.id}`, title: title(task.title) })) };
    case 'task.start':
      return { ...event, id: `${name}:${event.id}`, title: title(event.title) };
    case 'task.end': {
      const { reason, ...end } = event;
      // Where it was placed is gone soon; why it failed is not.
      const why = event.outcome === 'done' || reason === undefined ? {} : { reason };
      return { ...end, ...why, id: `${name}:${event.id}`, title: title(event.title) };
    }
    case 'task.line':
      return { ...event, id: `${name}:${event.id}` };
    case 'artefact':
      return undefined;
    case 'finding':
      return name === 'first' ? event : undefined;
    default:
      return event;
  }
}

/** A build that fails only here misses a file, more often than not. */
function explained(error: unknown, tree: SourceTree): unknown {
  if (!(error instanceof CpexError) || error.code !== 'CPEX_E_BUILD_FAILED') return error;
  const copied = tree.git
    ? `built in a copy of the ${tree.files.length} files of ${tree.folder} that git does not ignore`
    : `built in a copy of ${tree.folder} without what tools write`;
  return new CpexError(error.code, error.message, {
    evidence: [...error.evidence, copied],
    output: error.output,
    cause: error,
    ...(error.remedy === undefined ? {} : { remedy: error.remedy }),
  });
}
