import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { auditFile } from '../audit/report.js';
import { glibcAboveSystem } from '../audit/system.js';
import { artefactKind } from '../hosts/registry.js';
import type { Finding } from '../model/finding.js';
import type { HostProfile, Registration } from '../model/profile.js';
import type { Deadlines, Engine } from '../model/session.js';
import type { ArtefactKind, Target } from '../model/target.js';
import { artefactName } from '../project/artefact-name.js';
import { systemGlibc } from '../project/targets/host.js';
import { CpexError, systemCode } from '../support/errors.js';
import { type CopyFacts, copyNew } from './copy.js';
import { type Identity, identify } from './identify.js';
import type { InstallSource } from './sources/install-source.js';
import { tryOut } from './try-out.js';

export interface VerifyOptions {
  readonly source: InstallSource;
  readonly target: Target;
  readonly profile: HostProfile;
  readonly engine: Engine;
  /** Private folder for the copy that is examined and later placed. */
  readonly folder: string;
  readonly config: unknown;
  readonly signal: AbortSignal;
  readonly deadlines?: Deadlines;
}

/** A library or program that may be placed. */
export interface VerifiedPlugin {
  /** Private copy; its bytes are those that were examined. */
  readonly file: string;
  readonly facts: CopyFacts;
  readonly identity: Identity;
  /** What it said when it was tried out. */
  readonly registration: Registration;
  /** What is worth saying although it does not keep the plugin from being installed. */
  readonly findings: readonly Finding[];
}

/**
 * Takes a private copy and lets it pass, in this order: digest, audit, trial start. Nothing of it
 * runs before the first two have passed. Throws refusals (exit code 5).
 */
export async function verifyPlugin(options: VerifyOptions): Promise<VerifiedPlugin> {
  const { source, folder } = options;
  const kind = artefactKind(options.profile);
  const file = path.join(folder, artefactName('plugin', kind, options.target));
  const facts = await copySource(source.file, file);
  const promised = source.promised;
  if (promised !== undefined && promised.sha256 !== facts.sha256) {
    throw new CpexError('CPEX_E_INSTALL_DIGEST', `The ${kind} is not the one that build.json describes.`, {
      evidence: [source.file, `build.json: ${promised.sha256}`, `file: ${facts.sha256}`],
      remedy: 'Build it again: cpex build',
    });
  }
  const audited = await auditCopy(file, options);
  const { tolerant } = options.profile.release;
  const trial = { ...options, file, shown: shownPath(source), target: options.target.name, cwd: folder, tolerant };
  const tried = await tryOut(trial);
  const identity = identify(tried.registration, source, options.profile);
  const { registration } = tried;
  return { file, facts, identity, registration, findings: [...audited, ...tried.findings, ...identity.findings] };
}

async function copySource(source: string, file: string): Promise<CopyFacts> {
  try {
    // The link to a library is the user's own way of naming it; its target is what counts.
    return await copyNew(await realpath(source), file, 0o700);
  } catch (error) {
    if (systemCode(error) === 'ENOSPC') {
      throw new CpexError('CPEX_E_INSTALL_NO_SPACE', 'There is no space for a temporary copy.', {
        evidence: [file],
        cause: error,
      });
    }
    throw new CpexError('CPEX_E_INSTALL_SOURCE', `${source} cannot be read.`, {
      evidence: [(error as Error).message],
      cause: error,
    });
  }
}

async function auditCopy(file: string, { source, target, profile }: VerifyOptions): Promise<Finding[]> {
  const entry = profile.native?.entry;
  const report = await auditFile(file, {
    kind: artefactKind(profile),
    target,
    ...(entry === undefined ? {} : { entry }),
  });
  const tooNew = glibcAboveSystem(report, systemGlibc());
  const all = [...report.findings, ...(tooNew === undefined ? [] : [tooNew])];
  const shown = shownPath(source);
  // The private copy is gone when somebody reads this.
  const findings = all.map((finding) => ({
    ...finding,
    file: shown,
    ...(finding.again === undefined ? {} : { again: finding.again.replaceAll(file, shown) }),
  }));
  const bad = findings.filter((one) => one.severity === 'fail');
  if (bad.length === 0) return findings;
  const foreign = bad.some(({ id }) => id.endsWith('.machine'));
  const remedy = foreign
    ? forThisMachine(target, artefactKind(profile))
    : bad.find((one) => one.remedy !== undefined)?.remedy;
  // The first one's message is the error's own.
  const said = bad.flatMap(({ id, message, evidence = [] }, at) => [at === 0 ? id : `${id}: ${message}`, ...evidence]);
  throw new CpexError('CPEX_E_INSTALL_AUDIT', bad[0]?.message ?? 'The plugin did not pass the audit.', {
    evidence: [shown, ...said],
    ...(remedy === undefined ? {} : { remedy }),
  });
}

/** Plugins are tried out before they are installed, so only those for this machine can be. */
function forThisMachine({ name }: Target, kind: ArtefactKind): string {
  return `Install the ${kind} for ${name}, which is what plugins are for here: cpex build --target ${name} makes it.`;
}

/** Where the user knows it from: what was unpacked into a private folder is gone by then. */
function shownPath({ file, origin }: InstallSource): string {
  return origin ?? file;
}
