import type { Subject } from '../subject.js';
import { fuzzBytes } from './bytes.js';
import { fuzzHost } from './host.js';
import { minimise } from './minimise.js';
import { RecordFile } from './record-file.js';
import { fuzzSequences } from './seq.js';
import { fuzzStruct } from './struct.js';
import type { Found, Fuzzer, FuzzOptions, FuzzRun } from './types.js';

const RUN: Readonly<Record<Fuzzer, (subject: Subject, options: FuzzOptions) => Promise<FuzzRun>>> = {
  bytes: fuzzBytes,
  struct: fuzzStruct,
  seq: fuzzSequences,
  host: fuzzHost,
};

/** Lets one fuzzer work until it has found something or its time is over. Throws CPEX_E_HOST_FAULT when our host fails. */
export function fuzz(fuzzer: Fuzzer, subject: Subject, options: FuzzOptions): Promise<FuzzRun> {
  return RUN[fuzzer](subject, options);
}

/** The same failure with less to it, made within `ms` milliseconds. */
export async function smaller(subject: Subject, found: Found, ms: number): Promise<Found> {
  const record = await RecordFile.make();
  try {
    return await minimise(subject, found, ms, record);
  } finally {
    await record.remove();
  }
}
