import type { AuditReport } from '../model/binary.js';
import type { RunContext } from '../model/context.js';
import type { TargetName } from '../model/target.js';
import { sha256Hex } from '../support/digest.js';
import { type CpexError, isCpexError } from '../support/errors.js';
import type { BuiltArtefact, Stamp, TargetPlan } from './build-model.js';
import { writeWrapper } from './compilers/wrapper.js';
import { judge, passed } from './judge.js';
import { place } from './place.js';
import type { PreparedTarget } from './plan.js';
import { makeRecord } from './record.js';
import { askTool, runCommand } from './run-command.js';
import { type SourceHashes, touchBackdated, touchSources, withToolFiles } from './sources.js';
import { readStamp, writeStamp } from './stamp.js';
import type { Product, Workshop } from './toolchains/toolchain.js';
import { beginWork } from './unfinished.js';

/** What all targets of one build share. */
export interface Bench {
  readonly context: RunContext;
  readonly verbose: boolean;
  /** Absolute folder of the project. */
  readonly root: string;
  /** Others are built as well, so that a failure is told where it happens. */
  readonly several: boolean;
  readonly sources: SourceHashes;
  /** The task that shows a target's progress; a slice that nobody asked for belongs to what it is joined into. */
  readonly taskOf: (target: TargetName) => string;
}

/** A library that a tool made and that was audited, still in the intermediate folder. */
export interface Draft {
  readonly target: PreparedTarget;
  readonly file: string;
  readonly report: AuditReport;
  readonly explanation: readonly string[];
}

interface Work {
  readonly target: PreparedTarget;
  readonly workshop: Workshop;
  /** What was done so that a tool that goes by dates sees every change. */
  readonly touched: readonly string[];
  /** Says that the tool has come to an end of its own. */
  readonly finish: () => Promise<void>;
}

/**
 * Makes the libraries of several targets, in one call of the tool where it takes several. What goes
 * wrong with one target is its answer and does not stop the others.
 * @throws CpexError `CPEX_E_INTERRUPTED`
 */
export async function makeDrafts(
  targets: readonly PreparedTarget[],
  bench: Bench,
): Promise<ReadonlyMap<TargetName, Draft | CpexError>> {
  const works: Work[] = [];
  for (const target of targets) works.push(await beginTarget(target, bench));
  const made = await makeTogether(works);
  const drafts = new Map<TargetName, Draft | CpexError>();
  for (const work of works) drafts.set(work.target.plan.target, await draftOf(work, made, bench));
  return drafts;
}

/** Puts an audited library into `dist/`; undefined when its audit speaks against that. */
export async function placeDraft(draft: Draft, bench: Bench): Promise<BuiltArtefact | undefined> {
  const { file, report, target, explanation } = draft;
  bench.context.signal.throwIfAborted();
  if (!passed(report.findings)) return undefined;
  const { plan, request } = target;
  const sources = withToolFiles(request.project.root, bench.sources);
  const changed = await place(file, plan, makeRecord(target, sources, report));
  return {
    target: plan.target,
    mode: plan.mode,
    file: plan.output,
    record: plan.record,
    sha256: report.sha256,
    size: report.size,
    upToDate: !changed,
    explanation,
  };
}

async function beginTarget(target: PreparedTarget, bench: Bench): Promise<Work> {
  const { request, plan } = target;
  const finish = await beginWork(plan);
  const stamp = request.force ? undefined : await readStamp(plan.folder);
  // Go goes by content.
  const byDate = plan.language !== 'go' && stamp !== undefined;
  const { root } = request.project;
  const dates = byDate ? touchBackdated(root, bench.sources, stamp) : [];
  const touched = dates.map((file) => `touched: ${file} changed, its date did not`);
  // cargo goes by the linker's path alone, which is that of a script of ours or of a package that was updated.
  if (stamp !== undefined && stamp.linker !== linkerOf(plan)) {
    touchSources(root, bench.sources, '.rs');
    touched.push('touched: all sources of Rust, the linker is not the one of the last build');
  }
  const { compiler } = plan.toolchain;
  if (compiler !== undefined) await writeWrapper(compiler);
  return { target, workshop: openWorkshop(target, stamp, bench), touched, finish };
}

/** Tells the linker of a Rust library from others, whatever its path. */
function linkerOf({ language, toolchain: { compiler } }: TargetPlan): string | undefined {
  if (language !== 'rust' || compiler === undefined) return undefined;
  const { tool, argv, wrapper } = compiler;
  return sha256Hex(JSON.stringify([tool, argv, wrapper?.text])).slice(0, 16);
}

function openWorkshop({ request, plan }: PreparedTarget, stamp: Stamp | undefined, bench: Bench): Workshop {
  const { verbose, context } = bench;
  const run = { request, task: bench.taskOf(plan.target), emit: context.emit, verbose };
  return {
    request,
    plan,
    stamp,
    sources: bench.sources,
    run: (command) => runCommand(command, run),
    ask: (argv, env = {}) => askTool(argv, env, request),
  };
}

/** A target that is missing from the answer is then built alone, which shows what is wrong with it. */
async function makeTogether(works: readonly Work[]): Promise<ReadonlyMap<TargetName, Product>> {
  const [first] = works;
  const toolchain = first?.target.toolchain;
  if (works.length < 2 || toolchain?.produceTogether === undefined) return new Map();
  try {
    return await toolchain.produceTogether(works.map(({ workshop }) => workshop));
  } catch (error) {
    failureOf(error);
    return new Map();
  }
}

async function draftOf(
  work: Work,
  made: ReadonlyMap<TargetName, Product>,
  { sources, context }: Bench,
): Promise<Draft | CpexError> {
  const { target, workshop, touched } = work;
  const { plan, request } = target;
  const linker = linkerOf(plan);
  const known = linker === undefined ? {} : { linker };
  const remember = (product?: Product) =>
    writeStamp(plan.folder, withToolFiles(request.project.root, sources), { ...known, ...product });
  try {
    const product = made.get(plan.target) ?? (await target.toolchain.produce(workshop));
    context.signal.throwIfAborted();
    await remember(product);
    await work.finish();
    const report = await judge(product.file, target);
    return {
      target,
      file: product.file,
      report,
      explanation: [...compilerReason(plan), ...product.explanation, ...touched],
    };
  } catch (error) {
    // On a full disk the tool's own words say more.
    await remember().catch(() => {});
    await work.finish();
    return failureOf(error);
  }
}

function compilerReason({ toolchain: { compiler } }: TargetPlan): string[] {
  if (compiler === undefined) return [];
  const { tool, why } = compiler;
  return [`compiler: ${tool.name} ${tool.version} (${tool.path}): ${why}`];
}

/** The failure of one target; whatever is none, and an interruption, ends the whole build. */
export function failureOf(error: unknown): CpexError {
  if (!isCpexError(error) || error.kind === 'bug' || error.code === 'CPEX_E_INTERRUPTED') throw error;
  return error;
}
