import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { findProfile } from '../hosts/registry.js';
import type { RunContext } from '../model/context.js';
import type { InstalledPlugin, InstallResult } from '../model/installed.js';
import type { Plan } from '../model/plan.js';
import type { HostProfile } from '../model/profile.js';
import type { Deadlines, Engine } from '../model/session.js';
import type { Target } from '../model/target.js';
import { hostTarget } from '../project/targets/host.js';
import { nativeEngine } from '../runtime/native/engine.js';
import { temporaryFolder } from '../support/files.js';
import { chooseFolder, type FolderChoice } from './choose-folder.js';
import { digestOf } from './copy.js';
import { type Decision, decide } from './decide.js';
import { folderError } from './folder-error.js';
import { type Change, temporaryName } from './journal.js';
import { artefactParts, type OpenFolderOptions, PluginsFolder } from './plugins-folder.js';
import { readRecord } from './record.js';
import { repairAndTell } from './repair-and-tell.js';
import { type InstallSource, resolveSource } from './source.js';
import { applyChange, type FaultHook } from './transaction.js';
import { type VerifiedPlugin, verifyPlugin } from './verify.js';

export interface InstallOptions extends FolderChoice {
  /** File, dist folder or project folder; the project of the working folder when absent. */
  readonly source?: string | undefined;
  readonly host?: string | undefined;
  /** Configuration for the trial start; that of the project's tests when absent, else empty. */
  readonly config?: unknown;
  readonly allowDowngrade: boolean;
  /** Replace a file that cpex did not place; it is kept as a previous version. */
  readonly force: boolean;
  readonly dryRun: boolean;
}

/** For tests: other engines, shorter waits, an end at a chosen step. */
export interface InstallSeams extends OpenFolderOptions {
  readonly engine?: Engine;
  readonly deadlines?: Deadlines;
  /** Name of the temporary file beside the artefact. */
  readonly temporary?: string;
  readonly fault?: FaultHook;
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
  const source = await resolveSource(options.source, target, context);
  const profile = findProfile(options.host ?? source.host ?? 'cpex');
  const folder = await chooseFolder(options, profile.layout, context);
  const temporary = await temporaryFolder('install');
  try {
    const verified = await verifyPlugin({
      source,
      target,
      profile,
      engine: seams.engine ?? nativeEngine(),
      folder: temporary.path,
      config: options.config ?? source.config ?? {},
      signal: context.signal,
      ...(seams.deadlines === undefined ? {} : { deadlines: seams.deadlines }),
    });
    const wanted = describe(verified, source, target, profile);
    return await place({ wanted, verified, folder, profile, options }, context, seams);
  } finally {
    await temporary.remove();
  }
}

interface Placement {
  readonly wanted: InstalledPlugin;
  readonly verified: VerifiedPlugin;
  readonly folder: string;
  readonly profile: HostProfile;
  readonly options: InstallOptions;
}

async function place(work: Placement, context: RunContext, seams: InstallSeams): Promise<InstallResult> {
  const { wanted, verified, profile, options } = work;
  if (options.dryRun) return preview(work);
  const folder = await PluginsFolder.take(work.folder, profile.layout, { signal: context.signal, ...seams });
  try {
    await repairAndTell(folder, context);
    const there = folder.placeOf(wanted);
    const present = await digestOf(there.folder.at(there.name)).catch((error) => {
      throw folderError(error, there.path);
    });
    const decided = decide(wanted, await readRecord(folder.path), present, options);
    const result = {
      plugin: decided.after,
      file: there.path,
      folder: folder.path,
      plan: planOf(decided, wanted.source, there.path),
      findings: verified.findings,
    };
    if (decided.unchanged) return { ...result, outcome: 'unchanged' };
    const temporary = seams.temporary ?? temporaryName(randomBytes(6).toString('hex'));
    const change: Change = { ...decided.change, temporary };
    await applyChange(folder, change, verified.file, seams.fault);
    return { ...result, outcome: change.before === undefined ? 'installed' : 'updated' };
  } finally {
    folder.close();
  }
}

/** What would happen, without making or holding anything. */
async function preview({ wanted, verified, folder, profile, options }: Placement): Promise<InstallResult> {
  const file = path.join(folder, ...artefactParts(profile.layout, wanted));
  const present = await digestOf(file).catch((error) => {
    throw folderError(error, file);
  });
  const decided = decide(wanted, await readRecord(folder), present, options);
  const { after: plugin } = decided;
  return {
    outcome: 'planned',
    plugin,
    file,
    folder,
    plan: planOf(decided, wanted.source, file),
    findings: verified.findings,
  };
}

function describe(
  verified: VerifiedPlugin,
  source: InstallSource,
  target: Target,
  profile: HostProfile,
): InstalledPlugin {
  const { id, version } = verified.registration;
  return {
    id,
    target: target.name,
    version,
    ...verified.facts,
    source: source.file,
    host: profile.name,
    installedAt: new Date().toISOString(),
    previous: [],
  };
}

function planOf({ after, unchanged, change }: Decision, source: string, file: string): Plan {
  const title = `Install ${after.id} ${after.version}`;
  if (unchanged) return { title, steps: [{ kind: 'note', text: 'The same file is installed already.' }] };
  const replaces = change.before === undefined ? {} : { replaces: `${change.before.id} ${change.before.version}` };
  return { title, steps: [{ kind: 'place', source, path: file, ...replaces }] };
}
