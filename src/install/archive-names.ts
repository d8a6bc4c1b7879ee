import type { ReleaseRules } from '../model/profile.js';
import type { Target, TargetName } from '../model/target.js';
import { TARGETS } from '../project/targets/table.js';

/** What the name of an archive says. */
export interface ArchiveName {
  readonly id: string;
  readonly version: string;
  /** Targets whose libraries such an archive may hold. */
  readonly targets: readonly TargetName[];
}

const PLUGIN = /^([A-Za-z0-9][A-Za-z0-9._-]{0,127})_([0-9][0-9A-Za-z.+-]*)$/;

/** Reads `<id>_<version>_<platform>.zip` in the words of a host; undefined for any other name. */
export function readArchiveName(name: string, release: ReleaseRules): ArchiveName | undefined {
  const found: { id: string; version: string; target: TargetName }[] = [];
  for (const target of Object.values(TARGETS)) {
    for (const suffix of suffixes(target, release)) {
      const [, id, version] = (name.endsWith(suffix) && PLUGIN.exec(name.slice(0, -suffix.length))) || [];
      if (id !== undefined && version !== undefined) found.push({ id, version, target: target.name });
    }
  }
  const [first] = found;
  if (first === undefined) return undefined;
  return { id: first.id, version: first.version, targets: found.map((one) => one.target) };
}

function suffixes(target: Target, release: ReleaseRules): string[] {
  const archives = release.archives('x', '0', target);
  return typeof archives === 'string' ? [] : archives.map(({ name }) => name.slice('x_0'.length));
}
