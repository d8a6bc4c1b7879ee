import type { InstalledPlugin, PluginVersion } from '../model/installed.js';
import { CpexError } from '../support/errors.js';
import type { CopyFacts } from './copy.js';
import { UNKNOWN } from './identify.js';
import type { Change } from './journal.js';
import { compareVersions } from './versions.js';

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

/** What lies in the plugins folder under the names that matter. */
export interface PresentFiles {
  /** At the place of the wanted plugin. */
  readonly atPlace: CopyFacts | undefined;
  /** At the place of the recorded one, where that has another name; undefined also for nothing. */
  readonly atOldPlace: CopyFacts | undefined;
  /** The recorded plugin has another place than the wanted one: its host names files after versions. */
  readonly moves: boolean;
}

/** Compares what is wanted with what is there. Throws the refusals that follow from it. */
export function decide(
  wanted: InstalledPlugin,
  installed: readonly InstalledPlugin[],
  present: PresentFiles,
  options: DecisionOptions,
): Decision {
  const before = recordedOf(wanted, installed);
  refuseTwin(wanted, installed);
  const same = before !== undefined && before.sha256 === wanted.sha256 && !present.moves;
  if (same && present.atPlace?.sha256 === before.sha256) {
    return { after: before, unchanged: true, change: { before, after: before, keep: false } };
  }
  if (before !== undefined && !options.allowDowngrade && compareVersions(wanted.version, before.version) < 0) {
    throw new CpexError(
      'CPEX_E_INSTALL_DOWNGRADE',
      `${wanted.id} ${before.version} is installed, which is newer than ${wanted.version}.`,
      { remedy: 'Add --allow-downgrade to install the older version.' },
    );
  }
  const replaced = replacedVersion(wanted, before, present, options.force);
  const kept = [...(replaced === undefined ? [] : [replaced.version]), ...(before?.previous ?? [])];
  const after = { ...wanted, previous: kept.filter((one) => one.sha256 !== wanted.sha256).slice(0, KEEP) };
  // What was there is the state that a kept file is named after, also when the record knew another.
  const old =
    replaced === undefined ? before : { ...asVersion(wanted, replaced.version), previous: before?.previous ?? [] };
  const change = {
    ...(old === undefined ? {} : { before: old }),
    after,
    keep: replaced !== undefined && replaced.version.sha256 !== wanted.sha256,
    ...(replaced === undefined || replaced.namedAs === old?.version ? {} : { namedAs: replaced.namedAs }),
  };
  return { after, unchanged: false, change };
}

/** What the record says about the same plugin for the same target. */
export function recordedOf(
  wanted: Pick<InstalledPlugin, 'id' | 'target'>,
  installed: readonly InstalledPlugin[],
): InstalledPlugin | undefined {
  return installed.find((one) => one.id === wanted.id && one.target === wanted.target);
}

function refuseTwin(wanted: InstalledPlugin, installed: readonly InstalledPlugin[]): void {
  const twin = installed.find((one) => one.id !== wanted.id && one.id.toLowerCase() === wanted.id.toLowerCase());
  if (twin === undefined) return;
  const message = `"${twin.id}" is installed; "${wanted.id}" differs from it only in upper and lower case.`;
  throw new CpexError('CPEX_E_INSTALL_ID', message);
}

/** A file that goes, and the version in its name. */
interface ReplacedFile {
  readonly version: PluginVersion;
  readonly namedAs: string;
}

/** The file that the new one takes the place of; refuses what cpex did not put there, unless forced. */
function replacedVersion(
  wanted: InstalledPlugin,
  before: InstalledPlugin | undefined,
  { atPlace, atOldPlace, moves }: PresentFiles,
  force: boolean,
): ReplacedFile | undefined {
  const inTheWay = moves && atPlace !== undefined && atPlace.sha256 !== wanted.sha256;
  // Only one file can be kept, so of two the stranger has to be moved by its owner.
  if (inTheWay && atOldPlace !== undefined) throw foreign(wanted, atPlace, undefined, 'Move it away.');
  const place = moves && !inTheWay ? before : wanted;
  const there = moves && !inTheWay ? atOldPlace : atPlace;
  if (there === undefined || place === undefined) return undefined;
  if (before?.sha256 === there.sha256) return { version: versionOf(before), namedAs: place.version };
  if (!force && there.sha256 !== wanted.sha256) {
    throw foreign(wanted, there, before, 'Move it away, or use --force: it is kept as a previous version.');
  }
  const version = {
    ...versionOf(place),
    ...there,
    version: UNKNOWN,
    source: 'unknown',
    installedAt: wanted.installedAt,
  };
  return { version, namedAs: place.version };
}

function foreign(wanted: InstalledPlugin, there: CopyFacts, before: InstalledPlugin | undefined, remedy: string) {
  return new CpexError('CPEX_E_INSTALL_FOREIGN', `There is a file for ${wanted.id} that cpex did not put there.`, {
    evidence: before === undefined ? [] : [`recorded: ${before.sha256}`, `there: ${there.sha256}`],
    remedy,
  });
}

/** The part of a plugin that a kept version consists of. */
export function versionOf({ version, sha256, size, source, host, form, installedAt }: PluginVersion): PluginVersion {
  return { version, sha256, size, source, host, ...(form === undefined ? {} : { form }), installedAt };
}

/** A plugin as another of its versions; what that does not say is not left over. */
export function asVersion(plugin: InstalledPlugin, version: PluginVersion): InstalledPlugin {
  const { form: _, ...rest } = plugin;
  return { ...rest, ...version };
}
