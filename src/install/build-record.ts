import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { BuildRecord } from '../build/record.js';
import { hostName, PROCESS_HOSTS } from '../project/hosts.js';
import { readTravelling } from '../project/process-settings.js';
import type { InstallSource } from './sources/install-source.js';

/**
 * Reads a `build.json` as far as an install needs it; undefined when there is none that says
 * anything about a file beside it. Whether the file fits is for the caller to check.
 */
export async function readBuildRecord(file: string): Promise<BuildRecord | undefined> {
  try {
    const read = JSON.parse(await readFile(file, 'utf8')) as Partial<BuildRecord>;
    const texts = [read.id, read.version, read.profile, read.file, read.sha256];
    if (!texts.every((one) => typeof one === 'string' && one !== '')) return undefined;
    return path.basename(read.file ?? '') === read.file ? (read as BuildRecord) : undefined;
  } catch {
    return undefined;
  }
}

/** How a host starts what a record describes, where the record says so. */
export function startOf(record: Partial<BuildRecord>, root: string): Pick<InstallSource, 'starts' | 'form'> {
  const { process, kind, profile = '' } = record;
  const form = kind === 'executable' && PROCESS_HOSTS.includes(hostName(profile)) ? { form: 'process' as const } : {};
  const settings = readTravelling(process);
  return settings === undefined ? form : { ...form, starts: { root, manifest: { process: settings } } };
}
