import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { inForm } from '../hosts/form.js';
import { profileFor } from '../hosts/registry.js';
import type { RunContext } from '../model/context.js';
import type { InstalledPlugin, InstallResult } from '../model/installed.js';
import type { Plan } from '../model/plan.js';
import type { HostProfile } from '../model/profile.js';
import type { Deadlines, Engine } from '../model/session.js';
import type { Target } from '../model/target.js';
import { readApplication } from '../project/application.js';
import { hostTarget } from '../project/targets/host.js';
import { temporaryFolder } from '../support/files.js';
import { adviceFor } from './advice/advice.js';
import type { ArchiveLimits } from './archive/refuse.js';
import { chooseFolder } from './choose-folder.js';
import { type Decision, decide } from './decide.js';
import { hostWork } from './host-work.js';
import type { InstallOptions, Placement } from './install-work.js';
import { type Change, temporaryName } from './journal.js';
import type { NetOptions } from './net/download.js';
import { artefactParts, type OpenFolderOptions, PluginsFolder } from './plugins-folder.js';
import { presentBelow, presentIn } from './present.js';
import { readRecord } from './record.js';
import { repairAndTell } from './repair-and-tell.js';
import type { InstallSource } from './sources/install-source.js';
import { resolveSource } from './sources/resolve.js';
import { applyChange, type FaultHook } from './transaction.js';
import { trialEngine } from './trial-engine.js';
import { type VerifiedPlugin, verifyPlugin } from './verify.js';

export type { InstallOptions } from './install-work.js';

/** For tests: other engines, shorter waits, an end at a chosen step, another network, other limits. */
export interface InstallSeams extends OpenFolderOptions {
  readonly engine?: Engine;
  readonly deadlines?: Deadlines;
  /** Name of the temporary file beside the artefact. */
  readonly temporary?: string;
  readonly fault?: FaultHook;
  readonly net?: Omit<NetOptions, 'signal'>;
  readonly limits?: ArchiveLimits;
}

/**
 * Verifies a plugin and places it. Refusals on safety grounds have exit code 5; whatever goes
 * wrong, the plugins folder is left with the old state or the new one.
 */
export async function installPlugin(
  options: InstallOptions,
  context: RunContext,
  seams: InstallSeams = {},
): Promise<InstallResult> {
  const target = hostTarget();
  const temporary = await temporaryFolder('install');
  try {
    const source = await findSource(options, target, temporary.path, context, seams);
    const application = readApplication({ cookie: options.cookie }, context.cwd);
    const side = { root: context.cwd, ...source.starts, application };
    const profile = inForm(await profileFor(options.host ?? source.host ?? 'cpex', side), source.form);
    const folder = await chooseFolder(options, profile.layout, context);
    const trial = path.join(temporary.path, 'trial');
    await mkdir(trial);
    const verified = await verifyPlugin({
      source,
      target,
      profile,
      engine: seams.engine ?? (await trialEngine(profile, target, context)),
      folder: trial,
      config: options.config ?? source.config ?? {},
      signal: context.signal,
      ...(seams.deadlines === undefined ? {} : { deadlines: seams.deadlines }),
    });
    const wanted = describe(verified, source, target, profile);
    return await place({ wanted, verified, source, folder, profile, target, options }, context, seams);
  } finally {
    await temporary.remove();
  }
}

async function findSource(
  options: InstallOptions,
  target: Target,
  temporary: string,
  context: RunContext,
  seams: InstallSeams,
): Promise<InstallSource> {
  const folder = path.join(temporary, 'source');
  await mkdir(folder);
  const net = { ...seams.net, signal: context.signal };
  const limits = seams.limits === undefined ? {} : { limits: seams.limits };
  return resolveSource(options, { target, host: options.host, folder, context, net, ...limits });
}

async function place(work: Placement, context: RunContext, seams: InstallSeams): Promise<InstallResult> {
  const { wanted, verified, options } = work;
  // What the host has to be told is settled first: when that cannot be done, nothing is.
  const host = await hostWork(work, context, adviceFor(work.profile));
  if (options.dryRun) return host.finish(await preview(work), true);
  const folder = await PluginsFolder.take(work.folder, { signal: context.signal, ...seams });
  try {
    await repairAndTell(folder, context);
    const installed = await readRecord(folder.path);
    const decided = decide(wanted, installed, await presentIn(folder, wanted, installed), options);
    const there = folder.placeOf(decided.after);
    const result = resultOf(decided, work, there.path, folder.path);
    if (decided.unchanged) return await host.finish({ ...result, outcome: 'unchanged' }, false);
    const temporary = seams.temporary ?? temporaryName(randomBytes(6).toString('hex'));
    const change: Change = { ...decided.change, temporary };
    await applyChange(folder, change, verified.file, seams.fault);
    const outcome = change.before === undefined ? 'installed' : 'updated';
    return await host.finish({ ...result, outcome }, false);
  } finally {
    folder.close();
  }
}

/** What would happen, without making or holding anything. */
async function preview(work: Placement): Promise<InstallResult> {
  const { wanted, folder, options } = work;
  const installed = await readRecord(folder);
  const decided = decide(wanted, installed, await presentBelow(folder, wanted, installed), options);
  const file = path.join(folder, ...artefactParts(decided.after));
  return { ...resultOf(decided, work, file, folder), outcome: 'planned' };
}

function resultOf(decided: Decision, work: Placement, file: string, folder: string): Omit<InstallResult, 'outcome'> {
  return {
    plugin: decided.after,
    file,
    folder,
    plan: planOf(decided, work.wanted.source, file, folder),
    findings: work.verified.findings,
    notes: work.source.notes ?? [],
  };
}

function describe(
  { identity, facts }: VerifiedPlugin,
  source: InstallSource,
  target: Target,
  { name, revision }: HostProfile,
): InstalledPlugin {
  return {
    id: identity.id,
    target: target.name,
    version: identity.version,
    ...facts,
    source: source.origin ?? source.file,
    ...(source.form === undefined ? {} : { form: source.form }),
    host: revision === undefined || revision === '' ? name : `${name}@${revision}`,
    installedAt: new Date().toISOString(),
    previous: [],
  };
}

function planOf({ after, unchanged, change }: Decision, source: string, file: string, folder: string): Plan {
  const title = `Install ${after.id} ${after.version}`;
  if (unchanged) return { title, steps: [{ kind: 'note', text: 'The same file is installed already.' }] };
  const { before, namedAs } = change;
  const replaces = before === undefined ? {} : { replaces: `${before.id} ${before.version}` };
  const step = { kind: 'place' as const, source, path: file, ...replaces };
  if (before === undefined) return { title, steps: [step] };
  const old = path.join(folder, ...artefactParts({ ...before, version: namedAs ?? before.version }));
  return { title, steps: old === file ? [step] : [step, { kind: 'remove', path: old }] };
}
