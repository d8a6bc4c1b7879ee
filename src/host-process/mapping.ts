import { SHARED_FILE } from '../runtime/wire/frame.js';
import { KEEP, Regions } from '../runtime/wire/regions.js';
import { addressOf, cLibrary, type Libc, type Pointer, viewMemory } from './libc.js';

const PROT_READ_WRITE = 3;
const MAP_SHARED = 1;
const MADV_DONTDUMP = 16;
const FAILED = 2n ** 64n - 1n;
const FALLOC_FL_PUNCH_HOLE_KEEP_SIZE = 3;

/** Maps a shared file; undefined where that is not possible (Windows, a limit on address space). */
export function mapFile(descriptor: number, size: number, writable: boolean): Pointer | undefined {
  if (process.platform === 'win32') return undefined;
  const library = cLibrary();
  const mmap = library.func(
    'void *mmap(void *address, size_t length, int protection, int flags, int descriptor, int64_t offset)',
  );
  const address = mmap(null, size, writable ? PROT_READ_WRITE : 1, MAP_SHARED, descriptor, 0) as Pointer | null;
  if (address === null || address === FAILED) return undefined;
  // A core dump would otherwise fill the holes of these sparse files with real pages.
  if (process.platform === 'linux') {
    library.func('int madvise(void *address, size_t length, int advice)')(address, size, MADV_DONTDUMP);
  }
  return address;
}

/** A part of the file that the child writes and the parent reads, owned by one thread. */
export class ReplyShare {
  private readonly regions: Regions;
  private readonly fallocate:
    | ((descriptor: number, mode: number, offset: number, length: number) => number)
    | undefined;
  private readonly start: number;
  /** Up to here pages exist, so that writing through the mapping cannot fail. */
  private backed: number;

  constructor(
    private readonly libc: Libc,
    private readonly base: Pointer,
    private readonly descriptor: number,
    half: 0 | 1,
  ) {
    this.start = (half * SHARED_FILE) / 2;
    this.backed = this.start;
    this.regions = new Regions(this.start, SHARED_FILE / 2);
    // Without it a full disk would show as SIGBUS and look like the plugin's fault.
    if (process.platform === 'linux') {
      this.fallocate = cLibrary().func('int fallocate(int descriptor, int mode, int64_t offset, int64_t length)');
    }
  }

  /** Copies native memory into the file; undefined when it must go inline. */
  putMemory(from: Pointer, length: number): number | undefined {
    const offset = this.regions.take(length);
    if (offset === undefined) return undefined;
    if (!this.back(offset, length)) {
      this.regions.give(offset);
      return undefined;
    }
    this.libc.memcpy(this.base + BigInt(offset), from, length);
    return offset;
  }

  /** The same for a buffer. */
  put(body: Uint8Array): number | undefined {
    return this.putMemory(addressOf(body), body.byteLength);
  }

  /** Takes a region back; the pages of a large one go back to the system. */
  release(offset: number): void {
    const size = this.regions.give(offset);
    if (offset + size - this.start <= KEEP || this.fallocate === undefined) return;
    this.fallocate(this.descriptor, FALLOC_FL_PUNCH_HOLE_KEEP_SIZE, offset, size);
    this.backed = Math.min(this.backed, offset);
  }

  private back(offset: number, length: number): boolean {
    const end = offset + length;
    if (end <= this.backed) return true;
    if (this.fallocate === undefined) return false;
    if (this.fallocate(this.descriptor, 0, offset, length) !== 0) return false;
    if (offset <= this.backed) this.backed = end;
    return true;
  }
}

/** The file that the parent writes: bodies are handed to the plugin where they lie. */
export class RequestShare {
  constructor(private readonly base: Pointer) {}

  address(offset: number): Pointer {
    return this.base + BigInt(offset);
  }

  view(offset: number, length: number): Buffer {
    return viewMemory(this.address(offset), length);
  }
}
