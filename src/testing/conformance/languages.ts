import type { Language } from '../../model/target.js';

/** What the runtime of a language does to the process that it is loaded into, by right. */
export interface LanguageFacts {
  /** As people write it. */
  readonly name: string;
  /** Why its libraries are never unloaded; absent where they can be. */
  readonly notUnloadable?: string;
  /** Why there cannot be two copies of one library in a process; absent where there can. */
  readonly notTwice?: string;
  /** Threads that the runtime may start and keep, whatever the plugin does. */
  readonly runtimeThreads: number;
  /** Bytes that the runtime may keep for each thread that has called, whatever the plugin does. */
  readonly bytesPerThread: number;
  /** Signals whose handling the runtime takes over when it is loaded. */
  readonly runtimeSignals: readonly string[];
  /** Whether the runtime raises the limit of open files to what the system allows. */
  readonly raisesFileLimit: boolean;
  /** Bytes by which memory may grow with each call and still be noise. */
  readonly bytesPerCall: number;
  /** Whether the runtime ends the process when there is no memory, by design. */
  readonly abortsWithoutMemory: boolean;
  /** Bytes that a runtime may take once for all before it begins to reuse them. */
  readonly bytesAtFirst: number;
}

const FACTS: Readonly<Record<Language, LanguageFacts>> = {
  c: {
    name: 'C',
    runtimeThreads: 0,
    runtimeSignals: [],
    raisesFileLimit: false,
    // Good plugins measured 0 once their first calls were over.
    bytesPerCall: 16,
    abortsWithoutMemory: false,
    bytesAtFirst: 128 * 1024,
    bytesPerThread: 1024,
  },
  go: {
    name: 'Go',
    notUnloadable: 'a Go runtime cannot be unloaded',
    notTwice: 'two Go runtimes in one process are not supported by Go',
    // One for each processor, one for each call of the system that blocks, and some of its own: never given back.
    runtimeThreads: 64,
    // About 4 KiB before the collector has run.
    bytesPerThread: 32 * 1024,
    // Faults become panics, SIGPIPE an error of write, SIGURG stops goroutines; os/signal takes over nothing unasked.
    runtimeSignals: ['SIGBUS', 'SIGFPE', 'SIGSEGV', 'SIGPIPE', 'SIGURG'],
    raisesFileLimit: true,
    // Measured over good plugins: 170 bytes within the first 20 000 calls, 3 bytes within 70 000.
    bytesPerCall: 96,
    abortsWithoutMemory: true,
    // The collector first runs when there are 4 MiB, and lets as much be allocated again while it runs: 1.5 MiB measured.
    bytesAtFirst: 8 * 2 ** 20,
  },
  rust: {
    name: 'Rust',
    runtimeThreads: 0,
    runtimeSignals: [],
    raisesFileLimit: false,
    bytesPerCall: 16,
    abortsWithoutMemory: true,
    bytesAtFirst: 128 * 1024,
    bytesPerThread: 1024,
  },
};

/** What is to be expected of plugins in a language. */
export function languageFacts(language: Language): LanguageFacts {
  return FACTS[language];
}
