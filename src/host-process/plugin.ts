import koffi, { type TypeObject } from 'koffi';
import type { LoadStage, NativeRules } from '../model/session.js';
import { refusalText } from '../runtime/refusal-text.js';
import { type Libc, nativeBuffer, type Pointer, pin } from './libc.js';

type AsyncCall<Args extends unknown[], Result> = {
  (...args: Args): Result;
  async(...args: [...Args, (error: Error | null, result: Result) => void]): void;
};

/** The functions of a plugin's table, for the thread that decoded them. */
export interface PluginFunctions {
  readonly call: AsyncCall<[method: Pointer, request: Pointer, length: number, response: Pointer], number>;
  readonly freeBuffer: AsyncCall<[pointer: Pointer, length: number | bigint], void>;
  /** Absent where the host lets a plugin leave it out. */
  readonly shutdown?: AsyncCall<[], void>;
}

/** Addresses of those functions, which any thread can decode; 0 for a `shutdown` that was left out. */
export interface PluginTable {
  readonly abiVersion: number;
  readonly call: Pointer;
  readonly freeBuffer: Pointer;
  readonly shutdown: Pointer;
}

/** A plugin that could not be loaded: the stage that failed and what it said. */
export class Refusal extends Error {
  constructor(
    readonly stage: LoadStage,
    message: string,
    readonly code?: number,
  ) {
    super(message);
  }
}

/** `int (*call)(void *host_ctx, const char *method, const uint8_t *request, size_t length, buffer *response)` */
export type HostCall = (
  context: Pointer | null,
  method: Pointer | null,
  request: Pointer | null,
  length: number | bigint,
  response: Pointer | null,
) => number;

const HOST_CALL = ['void *', 'void *', 'void *', 'size_t', 'void *'];

// Both tables: u32 version, then pointers from byte 8.
const POINTERS_AT = 8;

/**
 * Loads the library as a host does: all symbols bound at once, none of them visible to others.
 * Runs the library's constructors on this thread.
 */
export function loadLibrary(artefact: string, rules: NativeRules): ReturnType<typeof koffi.load> {
  try {
    return pin(koffi.load(artefact));
  } catch (error) {
    // koffi cuts off what the loader says first: the file, unless another one is at fault.
    const detail = (error as Error).message.replace(/^Failed to load shared library: /, '');
    throw new Refusal('load', refusalText('load', rules, { path: artefact, detail }));
  }
}

/** Finds the entry function. */
export function findEntry(
  library: ReturnType<typeof koffi.load>,
  rules: NativeRules & { readonly artefact: string },
): AsyncCall<[Pointer, Pointer], number> {
  const { entry, artefact } = rules;
  try {
    return pin(library.func(entry, 'int', ['void *', 'void *']));
  } catch {
    throw new Refusal('entry', refusalText('entry', rules, { path: artefact }));
  }
}

/** The refusal of an entry function that returned another code than 0. */
export function refusedInit(code: number, rules: NativeRules): Refusal {
  return new Refusal('init', refusalText('init', rules, { path: '', code }), code);
}

/** Writes the host's table. Its address stays valid for the life of the process. */
export function hostTable(libc: Libc, abiVersion: number, call: HostCall): Pointer {
  const prototype = koffi.proto('int', HOST_CALL);
  const callback = pin(koffi.register(call, koffi.pointer(prototype)));
  const table = pin(nativeBuffer(32));
  table.buffer.fill(0, 0, 32);
  table.buffer.writeUInt32LE(abiVersion, 0);
  // host_ctx only has to come back unchanged: the table's own address is as good as any.
  table.buffer.writeBigUInt64LE(table.address, POINTERS_AT);
  table.buffer.writeBigUInt64LE(callback, POINTERS_AT + 8);
  table.buffer.writeBigUInt64LE(libc.freeAddress, POINTERS_AT + 16);
  return table.address;
}

/** Reads the table that `init` filled and refuses one that cannot be used. */
export function readTable(table: Buffer, rules: NativeRules): PluginTable {
  const { abiVersion, optionalShutdown } = rules;
  const found = table.readUInt32LE(0);
  const [call, freeBuffer] = [0, 8].map((at) => table.readBigUInt64LE(POINTERS_AT + at));
  const shutdown = shutdownAddress(table);
  if (found !== abiVersion) {
    throw new Refusal('version', refusalText('version', rules, { path: '', code: found }), found);
  }
  if (!call || !freeBuffer || (!shutdown && optionalShutdown !== true)) {
    const missing = Object.entries({ call, free_buffer: freeBuffer, shutdown }).filter(([, pointer]) => !pointer);
    const detail = missing.map(([name]) => name).join(', ');
    throw new Refusal('table', refusalText('table', rules, { path: '', detail }));
  }
  return { abiVersion: found, call, freeBuffer, shutdown };
}

/** Where a plugin's `shutdown` is, however usable the rest of its table; 0 for nowhere. */
export function shutdownAddress(table: Buffer): Pointer {
  return table.readBigUInt64LE(POINTERS_AT + 16);
}

/** Makes a `shutdown` callable on this thread. */
export function decodeShutdown(address: Pointer): AsyncCall<[], void> {
  return pin(koffi.decode(address, koffi.proto('void', []))) as AsyncCall<[], void>;
}

/** Makes the table's functions callable on this thread. */
export function decodeTable(table: PluginTable): PluginFunctions {
  const decode = <T>(pointer: Pointer, type: TypeObject) => pin(koffi.decode(pointer, type)) as T;
  return {
    call: decode(table.call, koffi.proto('int', ['void *', 'void *', 'size_t', 'void *'])),
    freeBuffer: decode(table.freeBuffer, koffi.proto('void', ['void *', 'size_t'])),
    ...(table.shutdown ? { shutdown: decodeShutdown(table.shutdown) } : {}),
  };
}
