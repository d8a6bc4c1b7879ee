import type { ReleaseRules } from '../model/profile.js';
import type { Target, TargetName } from '../model/target.js';
import { PLUGIN_ID, PLUGIN_VERSION } from '../project/name-grammar.js';
import { TARGETS } from '../project/targets/table.js';

/** What the name of an archive says. */
export interface ArchiveName {
  readonly id: string;
  readonly version: string;
  /** Targets whose libraries such an archive may hold. */
  readonly targets: readonly TargetName[];
}

/** Reads `<id>_<version>_<platform>.zip` in the words of a host; undefined for any other name. */
export function readArchiveName(name: string, release: ReleaseRules): ArchiveName | undefined {
  const found: { id: string; version: string; target: TargetName }[] = [];
  for (const target of Object.values(TARGETS)) {
    for (const suffix of suffixes(target, release)) {
      const plugin = name.endsWith(suffix) ? readPlugin(name.slice(0, -suffix.length)) : undefined;
      if (plugin !== undefined) found.push({ ...plugin, target: target.name });
    }
  }
  const [first] = found;
  if (first === undefined) return undefined;
  return { id: first.id, version: first.version, targets: found.map((one) => one.target) };
}

/** Versions hold no `_`, ids may. */
function readPlugin(name: string): { id: string; version: string } | undefined {
  const at = name.lastIndexOf('_');
  const [id, version] = [name.slice(0, at), name.slice(at + 1)];
  return at > 0 && PLUGIN_ID.test(id) && PLUGIN_VERSION.test(version) ? { id, version } : undefined;
}

function suffixes(target: Target, release: ReleaseRules): string[] {
  const archives = release.archives('x', '0', target);
  return typeof archives === 'string' ? [] : archives.map(({ name }) => name.slice('x_0'.length));
}
