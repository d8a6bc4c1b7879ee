import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { writeFileAtomic } from '../support/files.js';
import type { Stamp } from './build-model.js';
import type { SourceHashes } from './sources.js';

/** Version of the stamp's format; another one counts as no stamp. */
const VERSION = 1;

/** The stamp of the last build; undefined where there is none that can be used. */
export async function readStamp(folder: string): Promise<Stamp | undefined> {
  try {
    const stamp = JSON.parse(await readFile(stampFile(folder), 'utf8')) as Partial<Stamp> | null;
    return stamp?.v === VERSION && typeof stamp.sources === 'object' ? (stamp as Stamp) : undefined;
  } catch {
    // A missing or torn stamp only costs the shortcut.
    return undefined;
  }
}

/** Written after every run of a tool, also a failed one: the tool's own records have moved on, too. */
export async function writeStamp(
  folder: string,
  sources: SourceHashes,
  { go, linker }: Pick<Stamp, 'go' | 'linker'>,
): Promise<void> {
  const stamp: Stamp = {
    v: VERSION,
    sources: Object.fromEntries(sources),
    finishedAt: Date.now(),
    ...(go === undefined ? {} : { go }),
    ...(linker === undefined ? {} : { linker }),
  };
  await writeFileAtomic(stampFile(folder), JSON.stringify(stamp));
}

function stampFile(folder: string): string {
  return path.join(folder, 'stamp.json');
}
