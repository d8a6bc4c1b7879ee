import path from 'node:path';
import type { AuditReport } from '../model/binary.js';
import type { RunContext } from '../model/context.js';
import { CpexError } from '../support/errors.js';
import { lockFile } from '../support/file-lock.js';
import { ensureFolder } from '../support/files.js';
import type { BuiltArtefact, Stamp, TargetPlan } from './build-model.js';
import { judge, passed } from './judge.js';
import { place } from './place.js';
import { makeRecord } from './record.js';
import { askTool, runCommand } from './run-command.js';
import { hashSources, type SourceHashes, touchBackdated, withToolFiles } from './sources.js';
import { readStamp, writeStamp } from './stamp.js';
import { TOOLCHAINS } from './toolchains/by-language.js';
import type { Product, ToolchainRequest } from './toolchains/toolchain.js';

/** Time to wait for another build of the same target, in milliseconds. */
const LOCK_MS = 15 * 60_000;

export interface TargetOutcome {
  /** Undefined when the audit found a reason not to place the library. */
  readonly artefact: BuiltArtefact | undefined;
  /** Names the placed library, or the intermediate one where it was not placed. */
  readonly audit: AuditReport;
}

/**
 * Carries out the plan for one target: tool, audit, placement. The library of the last good build
 * stays until the new one replaces it.
 */
export async function buildTarget(
  request: ToolchainRequest,
  plan: TargetPlan,
  context: RunContext,
  verbose: boolean,
): Promise<TargetOutcome> {
  await ensureFolder(plan.folder);
  const release = await takeTurn(plan, context);
  try {
    return await buildLocked(request, plan, context, verbose);
  } finally {
    await release();
  }
}

async function buildLocked(
  request: ToolchainRequest,
  plan: TargetPlan,
  context: RunContext,
  verbose: boolean,
): Promise<TargetOutcome> {
  const stamp = request.force ? undefined : await readStamp(plan.folder);
  const sources = hashSources(request.project.root);
  // Go goes by content.
  const byDate = plan.language !== 'go' && stamp !== undefined;
  const touched = byDate ? touchBackdated(request.project.root, sources, stamp) : [];
  const product = await produce(request, plan, stamp, sources, context, verbose);
  context.signal.throwIfAborted();
  const report = await judge(product.file, request);
  if (!passed(report.findings)) return { artefact: undefined, audit: report };
  const changed = await place(
    product.file,
    plan,
    makeRecord(request, plan, withToolFiles(request.project.root, sources), report),
  );
  const { sha256, size } = report;
  return {
    artefact: {
      target: plan.target,
      mode: plan.mode,
      file: plan.output,
      record: plan.record,
      sha256,
      size,
      upToDate: !changed,
      explanation: [...product.explanation, ...touched.map((file) => `touched: ${file} changed, its date did not`)],
    },
    audit: { ...report, file: plan.output },
  };
}

async function produce(
  request: ToolchainRequest,
  plan: TargetPlan,
  stamp: Stamp | undefined,
  sources: SourceHashes,
  context: RunContext,
  verbose: boolean,
): Promise<Product> {
  const run = { request, task: taskId(plan), emit: context.emit, verbose };
  const remember = (product?: Product) =>
    writeStamp(plan.folder, withToolFiles(request.project.root, sources), product?.go);
  try {
    const product = await TOOLCHAINS[plan.language].produce({
      request,
      plan,
      stamp,
      sources,
      run: (command) => runCommand(command, run),
      ask: (argv, env = {}) => askTool(argv, env, request),
    });
    await remember(product);
    return product;
  } catch (error) {
    // On a full disk the tool's own words say more.
    await remember().catch(() => {});
    throw error;
  }
}

/** Id of a target's task in the event stream. */
export function taskId(plan: Pick<TargetPlan, 'target'>): string {
  return `build:${plan.target}`;
}

async function takeTurn(plan: TargetPlan, context: RunContext): Promise<() => Promise<void>> {
  const file = path.join(plan.folder, 'lock');
  const lock = await lockFile(file, {
    timeout: LOCK_MS,
    signal: context.signal,
    onWait: (owner) =>
      context.emit({
        type: 'note',
        level: 'info',
        text: `Waiting for another build of ${plan.target}${owner === undefined ? '' : ` (process ${owner})`}.`,
      }),
  });
  if (lock.held) return lock.release;
  throw new CpexError('CPEX_E_BUILD_LOCKED', `Another build of ${plan.target} does not end.`, {
    evidence: [`lock: ${file}`, ...(lock.owner === undefined ? [] : [`process: ${lock.owner}`])],
    remedy: 'End that build, or remove the lock file if there is none.',
  });
}
