import path from 'node:path';
import type { Manifest } from '../model/manifest.js';
import { hostName, PROCESS_HOSTS } from '../project/hosts.js';
import { readTravelling } from '../project/process-settings.js';
import { readBuilt } from './record.js';

/** What the record beside a program says of its host. */
export interface RecordedProgram {
  readonly host: string;
  /** Of a host that takes both forms. */
  readonly form?: 'process';
  readonly manifest: Pick<Manifest, 'process'>;
}

/** The host of a built program, by the `build.json` beside it; undefined for libraries and for what has none. */
export async function recordedProgram(file: string): Promise<RecordedProgram | undefined> {
  const built = await readBuilt(path.join(path.dirname(file), 'build.json'));
  if (built?.file !== file || built.record.kind !== 'executable') return undefined;
  const settings = readTravelling(built.record.process);
  const host = built.record.profile;
  const form = PROCESS_HOSTS.includes(hostName(host)) ? { form: 'process' as const } : {};
  return { host, ...form, manifest: settings === undefined ? {} : { process: settings } };
}
