import type { CrashFacts } from '../model/crash.js';
import type { Ending } from '../model/session.js';

/** Why a process ended, as far as its runtime or the system said. */
export interface Diagnosis {
  /** The end of a sentence: `a Go panic left the call: no guard here`. */
  readonly words: string;
  readonly remedy?: string;
  readonly clause?: string;
}

/** What a runtime prints before it ends a process, and what that means. */
interface LastWords {
  readonly pattern: RegExp;
  readonly says: (match: RegExpExecArray) => string;
  /** Must be there as well. */
  readonly also?: RegExp;
  readonly remedy?: string;
  readonly clause?: string;
}

const CATCH =
  'Catch panics where the host calls, and answer with an error: a library with plugin_panic and return value 1.';
const PANIC = { remedy: CATCH, clause: 'ABI-CALL-006' } as const;

/** The first that fits counts; one that stands further down is a consequence. */
const LAST_WORDS: readonly LastWords[] = [
  {
    pattern: /^runtime: goroutine stack exceeds (.*)-byte limit$/m,
    says: ([, limit]) => `the stack of a goroutine overflowed its ${limit} bytes`,
    remedy: 'Look for a function that calls itself without end.',
  },
  {
    pattern: /^(?:fatal(?: error)?|runtime): morestack on g0/m,
    says: () => 'the Go runtime was on a stack that it does not know',
    remedy: 'Call into Go less deeply nested, or build with Go 1.22 or later.',
  },
  {
    pattern: /^fatal error: (.+)$/m,
    also: /^goroutine \d+|^runtime(?: stack|\.)/m,
    says: ([, text]) => `the Go runtime gave up: ${text}`,
  },
  {
    pattern: /^panic: (.+)$/m,
    also: /^goroutine \d+|\[recovered\]/m,
    says: ([, text]) => `a Go panic left the call: ${text}`,
    ...PANIC,
  },
  {
    pattern: /^thread '.*'(?: \(\d+\))? has overflowed its stack$/m,
    says: () => 'the stack of a thread overflowed',
    remedy: 'Look for a function that calls itself without end.',
  },
  {
    pattern: /^thread '.*'(?: \(\d+\))? panicked at (?!.*core\/src\/panicking\.rs)(\S.*):\n(.*)$/m,
    also: /cannot unwind|non-unwinding|failed to initiate panic/,
    says: ([, place, text]) => `a Rust panic tried to leave a function for C: ${text} (${place})`,
    ...PANIC,
  },
  {
    pattern: /^thread '.*'(?: \(\d+\))? panicked at (?!.*core\/src\/panicking\.rs)(\S.*):\n(.*)$/m,
    says: ([, place, text]) => `a Rust panic ended the process: ${text} (${place})`,
    remedy: 'Build with panic = "unwind", and catch panics where the host calls.',
    clause: 'ABI-CALL-006',
  },
  {
    pattern: /^terminate called after throwing an instance of '(.+)'$/m,
    says: ([, type]) => `a C++ exception left the call: ${type}`,
    remedy: 'Catch exceptions where the host calls, and answer with an error.',
    clause: 'ABI-CALL-006',
  },
  {
    pattern: /^(?:.*?: )?(\S+:\d+: .+: Assertion [`'].+' failed\.?|Assertion failed: .+)$/m,
    says: ([, text]) => `an assertion failed: ${text}`,
    remedy: 'Answer with an error: an assertion ends the process of the host.',
  },
  {
    pattern: /^\*\*\* (stack smashing|buffer overflow) detected \*\*\*/m,
    says: ([, what]) => `the C library found a ${what === 'stack smashing' ? 'smashed stack' : 'buffer overflow'}`,
    remedy: 'Build with cpex build --sanitize address: it names the line that wrote too far.',
  },
  {
    pattern:
      /^((?:free|malloc|realloc|calloc|munmap_chunk|malloc_consolidate|mremap_chunk)\(\)|double free|corrupted |malloc: )(.*)$/m,
    says: ([, what, text]) => `the C library found the heap damaged: ${what}${text}`,
    remedy: 'Build with cpex build --sanitize address: it names the line that did it.',
    clause: 'ABI-MEM-005',
  },
];

/** Why a crash or an exit came about; undefined where nobody said. */
export function diagnose(ending: Ending): Diagnosis | undefined {
  if (ending.kind !== 'crash' && ending.kind !== 'exit') return undefined;
  const said = lastWords(ending.stderrTail);
  if (said !== undefined) return said;
  if (ending.kind === 'exit') return undefined;
  const words = describeFault(ending.fault) ?? (ending.signal === 'SIGABRT' ? 'it called abort' : undefined);
  if (words === undefined) return undefined;
  const overflow = ending.fault?.region === 'stack';
  return {
    words,
    ...(overflow
      ? { remedy: 'Look for a function that calls itself without end, or for large variables on the stack.' }
      : {}),
  };
}

function lastWords(stderr: string): Diagnosis | undefined {
  for (const { pattern, also, says, remedy, clause } of LAST_WORDS) {
    const match = also?.test(stderr) === false ? null : pattern.exec(stderr);
    if (match === null) continue;
    return {
      words: says(match).trim(),
      ...(remedy === undefined ? {} : { remedy }),
      ...(clause === undefined ? {} : { clause }),
    };
  }
  return undefined;
}

const DEEDS = { read: 'it read', write: 'it wrote to', run: 'it jumped to' } as const;

/** What a thread did with an address: `it read 1 byte after the end of the request of hook.invoke (90 bytes)`. */
function describeFault(fault: CrashFacts | undefined): string | undefined {
  if (fault === undefined) return undefined;
  if (fault.region === 'stack') return 'the stack of its thread overflowed';
  if (fault.where === undefined) return fault.why;
  const deed = fault.access === undefined ? 'it used' : DEEDS[fault.access];
  return `${deed} ${fault.where}`;
}
