import koffi from 'koffi';
import { cLibrary, type Libc, nativeBuffer, pin } from './libc.js';

type Library = ReturnType<typeof koffi.load>;

/**
 * Turns `exit(n)` on any thread into a plain end with code n. Without it `exit` on a pool thread runs
 * Node's own clean-up there and dies with SIGABRT, which would blame the plugin for something else.
 * Does nothing where the C library does not hand the code to its handlers, so everywhere but glibc.
 */
export class ExitGuard {
  private armed = false;
  private finalize: ((handle: unknown) => unknown) | undefined;
  private readonly handle = nativeBuffer(8);

  constructor(readonly libc: Libc) {
    const library = cLibrary();
    if (!isGlibc(library)) return;
    const prototype = koffi.proto('void', ['void *', 'int']);
    const onExit = (_argument: unknown, code: number) => {
      if (!this.armed) return;
      libc.flushAll();
      libc.exitNow(code);
    };
    const handler = pin(koffi.register(onExit, koffi.pointer(prototype)));
    const register = library.func('int __cxa_atexit(void *function, void *argument, void *handle)');
    this.finalize = library.func('void __cxa_finalize(void *handle)');
    this.armed = register(handler, null, this.handle.address) === 0;
  }

  /** Lets the process end in the usual way: with the libraries' destructors. */
  withdraw(): void {
    this.armed = false;
    this.finalize?.(this.handle.address);
  }
}

function isGlibc(library: Library): boolean {
  try {
    library.symbol('gnu_get_libc_version');
    return true;
  } catch {
    return false;
  }
}
