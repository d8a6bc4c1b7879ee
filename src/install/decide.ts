import semverCompare from 'semver/functions/compare.js';
import type { InstalledPlugin, PluginVersion } from '../model/installed.js';
import { CpexError } from '../support/errors.js';
import type { CopyFacts } from './copy.js';
import type { Change } from './journal.js';

export interface DecisionOptions {
  readonly allowDowngrade: boolean;
  /** Replace a file that cpex did not place. */
  readonly force: boolean;
}

/** Versions that are kept for each plugin. */
const KEEP = 3;

/** What is to be done about a plugin that passed all checks. */
export interface Decision {
  /** What the record will say. */
  readonly after: InstalledPlugin;
  /** The very same file is installed already. */
  readonly unchanged: boolean;
  readonly change: Omit<Change, 'temporary'>;
}

/** Compares what is wanted with what is there. Throws the refusals that follow from it. */
export function decide(
  wanted: InstalledPlugin,
  installed: readonly InstalledPlugin[],
  present: CopyFacts | undefined,
  options: DecisionOptions,
): Decision {
  const before = installed.find((one) => one.id === wanted.id && one.target === wanted.target);
  const twin = installed.find((one) => one.id !== wanted.id && one.id.toLowerCase() === wanted.id.toLowerCase());
  if (twin !== undefined) {
    throw new CpexError(
      'CPEX_E_INSTALL_ID',
      `"${twin.id}" is installed; "${wanted.id}" differs from it only in upper and lower case.`,
    );
  }
  if (before !== undefined && before.sha256 === wanted.sha256 && present?.sha256 === before.sha256) {
    return { after: before, unchanged: true, change: { before, after: before, keep: false } };
  }
  if (before !== undefined && !options.allowDowngrade && semverCompare(wanted.version, before.version) < 0) {
    throw new CpexError(
      'CPEX_E_INSTALL_DOWNGRADE',
      `${wanted.id} ${before.version} is installed, which is newer than ${wanted.version}.`,
      {
        remedy: 'Add --allow-downgrade to install the older version.',
      },
    );
  }
  const replaced = replacedVersion(wanted, before, present, options.force);
  const kept = [...(replaced === undefined ? [] : [replaced]), ...(before?.previous ?? [])];
  const after = { ...wanted, previous: kept.filter((one) => one.sha256 !== wanted.sha256).slice(0, KEEP) };
  // What was there is the state that a kept file is named after, also when the record knew another.
  const old = replaced === undefined ? before : { ...wanted, ...replaced, previous: before?.previous ?? [] };
  const keep = replaced !== undefined && replaced.sha256 !== wanted.sha256;
  return { after, unchanged: false, change: { ...(old === undefined ? {} : { before: old }), after, keep } };
}

/** The version that lies at the place now; refuses what cpex did not put there, unless forced. */
function replacedVersion(
  wanted: InstalledPlugin,
  before: InstalledPlugin | undefined,
  present: CopyFacts | undefined,
  force: boolean,
): PluginVersion | undefined {
  if (present === undefined) return undefined;
  if (before?.sha256 === present.sha256) return versionOf(before);
  if (!force && present.sha256 !== wanted.sha256) {
    throw new CpexError('CPEX_E_INSTALL_FOREIGN', `There is a file for ${wanted.id} that cpex did not put there.`, {
      evidence: before === undefined ? [] : [`recorded: ${before.sha256}`, `there: ${present.sha256}`],
      remedy: 'Move it away, or use --force: it is kept as a previous version.',
    });
  }
  return { ...versionOf(wanted), ...present, version: '0.0.0-unknown', source: 'unknown' };
}

/** The part of a plugin that a kept version consists of. */
export function versionOf({ version, sha256, size, source, host, installedAt }: PluginVersion): PluginVersion {
  return { version, sha256, size, source, host, installedAt };
}
