import { ftruncateSync, readSync, writeSync } from 'node:fs';
import { SHARED_FILE, type SharedBody } from '../wire/frame.js';
import { KEEP, Regions } from '../wire/regions.js';

/** Bytes that may wait in the file for a child to take them; what comes on top goes inline. */
const IN_FLIGHT = 2 ** 30;

/** The shared file that this process writes and the child maps. */
export class RequestFile {
  private readonly regions = new Regions(0, IN_FLIGHT);
  private highest = 0;
  private enabled = false;

  constructor(private readonly descriptor: number) {}

  /** Called when the child has said that it could map the file. */
  enable(): void {
    this.enabled = true;
  }

  put(body: Uint8Array): number | undefined {
    if (!this.enabled) return undefined;
    const offset = this.regions.take(body.byteLength);
    if (offset === undefined) return undefined;
    try {
      for (let done = 0; done < body.byteLength; ) {
        done += writeSync(this.descriptor, body, done, body.byteLength - done, offset + done);
      }
    } catch {
      // The file system is full: the body goes over the socket.
      this.regions.give(offset);
      return undefined;
    }
    this.highest = Math.max(this.highest, offset + body.byteLength);
    return offset;
  }

  /** Takes a region back, and gives the memory back when large bodies have passed. */
  release(offset: number): void {
    this.regions.give(offset);
    if (!this.regions.idle || this.highest <= KEEP) return;
    ftruncateSync(this.descriptor, KEEP);
    ftruncateSync(this.descriptor, SHARED_FILE);
    this.highest = KEEP;
  }
}

/** Reads a body out of the file that the child writes. */
export function readPayload(descriptor: number, body: SharedBody): Buffer {
  const bytes = Buffer.allocUnsafeSlow(body.length);
  for (let done = 0; done < body.length; ) {
    const got = readSync(descriptor, bytes, done, body.length - done, body.offset + done);
    if (got === 0) throw new Error('The shared file ends before the body does.');
    done += got;
  }
  return bytes;
}
