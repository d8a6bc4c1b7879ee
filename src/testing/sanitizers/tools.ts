import path from 'node:path';
import type { Around } from '../../build/sanitize/engine.js';
import type { Sanitizer } from '../../build/sanitize/sanitizer.js';
import type { Language } from '../../model/target.js';
import { hostTarget } from '../../project/targets/host.js';
import { findTool } from '../../support/find-tool.js';
import type { Report } from './report.js';
import { FRAME_FORMAT, readSanitizerText } from './sanitizer-text.js';
import { readValgrindXml } from './valgrind-xml.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** Something that watches a plugin at work and writes down what it does wrong. */
export interface WatchTool {
  /** Levels of the catalogue whose tests are run again under it. */
  readonly levels: readonly [number, number];
  /** Tests of these levels that would take too long, beside those that are left out everywhere. */
  readonly leftOut: readonly string[];
  /** How much longer everything takes, at most. */
  readonly slower: number;
  /** What is around the probe, when reports are to go into a folder. */
  around(reports: string): Around;
  read(report: string): Report[];
}

/** Options of each run-time library beside those that all have. */
const OPTIONS: Readonly<Record<Sanitizer, readonly string[]>> = {
  // Leaks are not sure: hosts and runtimes keep memory for good. Sizes that a caller has chosen may be refused.
  address: ['detect_leaks=0', 'allocator_may_return_null=1', 'detect_odr_violation=0', 'abort_on_error=0'],
  undefined: ['print_stacktrace=1', 'halt_on_error=0'],
  thread: ['exitcode=0', 'halt_on_error=0', 'report_signal_unsafe=0', 'report_thread_leaks=0'],
};

const VARIABLES: Readonly<Record<Sanitizer, string>> = {
  address: 'ASAN_OPTIONS',
  undefined: 'UBSAN_OPTIONS',
  thread: 'TSAN_OPTIONS',
};

/** The tests that a sanitizer sees most in: memory, hostile input, callbacks, threads; and threads alone for races. */
const LEVELS: Readonly<Record<Sanitizer, readonly [number, number]>> = {
  address: [3, 6],
  undefined: [3, 6],
  thread: [6, 6],
};

/**
 * A sanitizer, whose run-time library is loaded before everything else.
 * @param runtime absolute path of that library
 */
export async function sanitizerTool(
  sanitizer: Sanitizer,
  runtime: string,
  language: Language,
  env: Environment,
): Promise<WatchTool> {
  const preload = hostTarget().os === 'darwin' ? 'DYLD_INSERT_LIBRARIES' : 'LD_PRELOAD';
  const loaded = [runtime, env[preload]].filter(Boolean).join(':');
  const before = sanitizer === 'thread' ? await withoutRandomAddresses(env) : [];
  return {
    levels: LEVELS[sanitizer],
    leftOut: [],
    slower: 4,
    around: (reports) => {
      const options = [
        ...OPTIONS[sanitizer],
        // The probe and Rust leave such signals to it; Go has to have its own.
        ...(language === 'go' ? [] : ['handle_segv=2', 'handle_sigbus=2']),
        `log_path="${path.join(reports, 'report')}"`,
        `stack_trace_format="${FRAME_FORMAT}"`,
        env[VARIABLES[sanitizer]],
      ];
      const settings = { [VARIABLES[sanitizer]]: options.filter(Boolean).join(':') };
      // Given to the probe alone: the program before it would be watched, too.
      if (before.length > 0) return { argv: [...before, 'env', `${preload}=${loaded}`], env: settings };
      return { argv: [], env: { ...settings, [preload]: loaded } };
    },
    read: readSanitizerText,
  };
}

/** ThreadSanitizer wants the addresses that it expects; without the tool that arranges that it tries by itself. */
async function withoutRandomAddresses(env: Environment): Promise<readonly string[]> {
  const setarch = await findTool('setarch', env);
  return setarch === undefined ? [] : [setarch, '-R'];
}

/** What guard pages see as well, at the speed of the processor, and thousands of calls whose bodies are well formed. */
const NOT_FOR_VALGRIND = [
  ...['mem.req-end', 'mem.req-start', 'mem.req-ro', 'mem.req-odd', 'mem.req-retain', 'mem.method-end', 'mem.slot-end'],
  ...['mem.free-thread', 'mem.free-null', 'mem.free-len', 'mem.image-ptr', 'mem.host-end', 'mem.host-uaf'],
  ...['err.types', 'err.panic'],
];

/** valgrind's memcheck, for libraries as they are; undefined where it is not installed. */
export async function valgrindTool(env: Environment): Promise<WatchTool | undefined> {
  const valgrind = await findTool('valgrind', env);
  if (valgrind === undefined) return undefined;
  const words = ['--tool=memcheck', '--leak-check=no', '--track-origins=yes', '--num-callers=20', '--xml=yes'];
  return {
    levels: [3, 4],
    leftOut: NOT_FOR_VALGRIND,
    slower: 20,
    around: (reports) => ({
      argv: [valgrind, ...words, `--xml-file=${path.join(reports, 'report.%p')}`],
      env: {},
    }),
    read: readValgrindXml,
  };
}
