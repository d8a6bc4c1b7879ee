import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type TemporaryFolder, temporaryFolder } from '../../support/files.js';

/** What the probe writes when no round is under way. */
const NONE = 2n ** 64n - 1n;

/** The file in which the probe keeps the number of the round under way; it outlives the probe. */
export class RecordFile {
  private constructor(private readonly folder: TemporaryFolder) {}

  static async make(): Promise<RecordFile> {
    const record = new RecordFile(await temporaryFolder('fuzz'));
    await record.clear();
    return record;
  }

  get path(): string {
    return path.join(this.folder.path, 'round');
  }

  async clear(): Promise<void> {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(NONE);
    await writeFile(this.path, bytes);
  }

  /** The round during which the last probe ended; undefined when that was between rounds. */
  async round(): Promise<number | undefined> {
    const round = (await readFile(this.path)).readBigUInt64LE();
    return round === NONE ? undefined : Number(round);
  }

  remove(): Promise<void> {
    return this.folder.remove();
  }
}
