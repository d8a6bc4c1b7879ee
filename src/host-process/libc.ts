import koffi from 'koffi';

/** A native address. */
export type Pointer = bigint;

/** The C library, with the few functions that the host needs. */
export interface Libc {
  readonly memcpy: (to: Pointer, from: Pointer, length: number) => unknown;
  readonly malloc: (length: number) => Pointer | null;
  readonly free: (pointer: Pointer) => void;
  /** Address of `free`, for tables that C code reads. */
  readonly freeAddress: Pointer;
  /** Returns the number of bytes written, or -1. Cheaper than `fs.writeSync`, which says why it failed. */
  readonly write: (descriptor: number, from: Pointer, length: number) => number;
  readonly exitNow: (code: number) => void;
  readonly flushAll: () => void;
}

/**
 * koffi's stacks: 128 KiB for asynchronous and 2 MiB for synchronous calls are less than a real
 * host gives. Every thread must raise them before its first load.
 */
function configure(): void {
  koffi.config({ sync_stack_size: 16 << 20, async_stack_size: 16 << 20, max_async_calls: 4096 });
}

type Library = ReturnType<typeof koffi.load>;

let library: Library | undefined;

/** The C library of this process, for this thread. The first thing that any thread loads. */
export function cLibrary(): Library {
  if (library === undefined) {
    configure();
    library = pin(koffi.load(null));
  }
  return library;
}

/** koffi unloads a library when nothing in JavaScript refers to it any more. */
const pinned: unknown[] = [];

/** Keeps a library, callback or buffer for the life of this thread. */
export function pin<T>(value: T): T {
  pinned.push(value);
  return value;
}

/** Makes the C library's functions callable on this thread. */
export function openLibc(): Libc {
  const library = cLibrary();
  const flush = library.func('int fflush(void *stream)');
  return {
    memcpy: library.func('void *memcpy(void *to, void *from, size_t length)'),
    malloc: library.func('void *malloc(size_t length)'),
    free: library.func('void free(void *pointer)'),
    freeAddress: library.symbol('free') as Pointer,
    write:
      process.platform === 'win32'
        ? () => -1
        : library.func('intptr_t write(int descriptor, void *from, size_t length)'),
    exitNow: library.func('void _exit(int code)'),
    flushAll: () => flush(null),
  };
}

/** A buffer outside the JavaScript heap, which never moves, with its address. The caller keeps the buffer alive. */
export function nativeBuffer(size: number): { readonly buffer: Buffer; readonly address: Pointer } {
  // Small typed arrays live inside the heap: a page never does.
  const buffer = Buffer.allocUnsafeSlow(Math.max(size, 4096));
  return { buffer, address: koffi.address(buffer) };
}

/** The address of a buffer's first byte; the caller keeps the buffer alive. */
export function addressOf(buffer: Uint8Array): Pointer {
  return koffi.address(buffer);
}

/** Bytes at an address, without a copy: dangling once the memory is freed. */
export function viewMemory(address: Pointer, length: number): Buffer {
  return Buffer.from(koffi.view(address, length));
}
