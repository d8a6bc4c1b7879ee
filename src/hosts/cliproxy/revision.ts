import { revisionsOf } from '../../project/contract-revisions.js';

/** `layout` of a revision in `revisions.json`: how it finds plugin files. */
export interface CliproxyLayout {
  /** Folders below the plugins folder in which the host looks, in this order; `<variant>` is a level of amd64. */
  readonly folders: readonly string[];
  /** Whether the host reads a version from the file name, `<id>-v<version>`. */
  readonly versionedFiles: boolean;
  /** Whether the host deletes other files of the plugins that it has loaded. */
  readonly removesOtherFiles: boolean;
}

/** `behaviour` of a revision: what it does beyond its contract. Schema versions are those that a plugin announced. */
export interface CliproxyBehaviour {
  /** From this schema version on, calls with a piece of a stream carry no request bodies. */
  readonly omitsBodiesOfChunksFrom?: number;
  /** From this schema version on, calls with a piece of a stream carry no earlier pieces. */
  readonly omitsHistoryOfChunksFrom?: number;
  /** From this schema version on, JSON of management routes reaches the client without HTML escapes. */
  readonly rawManagementJsonFrom?: number;
  /** Whether libraries are loaded from a copy on Windows. */
  readonly windowsShadowCopy: boolean;
  /** Whether `~` in `plugins.dir` is the user's folder. */
  readonly expandsHome: boolean;
}

/** One state of the host, as `revisions.json` describes it. */
export interface CliproxyRevision {
  readonly summary: string;
  /** Only a part of what this revision does is known. */
  readonly partial: boolean;
  readonly layout: CliproxyLayout;
  readonly behaviour: CliproxyBehaviour;
}

/**
 * What a revision of CLIProxyAPI does beyond its contract.
 * @param name revision of a cliproxy profile, which always has one
 * @throws RangeError for a revision that is not listed; callers check names first
 */
export function cliproxyRevision(name: string | undefined): CliproxyRevision {
  const revision = revisionsOf('cliproxy')?.revisions[name ?? ''];
  if (revision === undefined) throw new RangeError(`cliproxy has no revision ${name}`);
  return {
    summary: revision.summary,
    partial: revision.partial === true,
    layout: revision.layout as unknown as CliproxyLayout,
    behaviour: revision.behaviour as unknown as CliproxyBehaviour,
  };
}
