import { closeSync, constants, openSync } from 'node:fs';
import { HIGH_DESCRIPTOR } from '../runtime/native/launch-config.js';
import { cLibrary } from './libc.js';

/** The private descriptors of a child, by what they are for. */
export interface Descriptors {
  readonly calls: number;
  readonly control: number;
  readonly callbacks: number;
  readonly lifeline: number;
  readonly recorder: number;
  /** Shared file that the parent writes, and the one that the child writes. */
  readonly requests: number;
  readonly replies: number;
}

const LINUX = process.platform === 'linux';
/** fcntl's command numbers differ: Linux, macOS, FreeBSD. */
const F_DUPFD_CLOEXEC = LINUX ? 1030 : process.platform === 'darwin' ? 67 : 17;
const F_GETFL = 3;
const F_SETFL = 4;
const F_SETOWN = 8;
const F_SETSIG = 10;
const O_ASYNC = 0x2000;
const SIGKILL = 9;

const LESS_HIGH = 100;

type Fcntl = (descriptor: number, command: number, type: string, argument: number) => number;

function openFcntl(): Fcntl {
  return cLibrary().func('int fcntl(int descriptor, int command, ...)');
}

/**
 * Moves the private descriptors to high numbers and points the low ones at /dev/null. Merely closing
 * those would let the plugin's files take the numbers, and a stray write would hit one of them.
 *
 * @param roomy whether `HIGH_DESCRIPTOR` is open and no longer needed
 */
export function moveDescriptors(low: Descriptors, roomy: boolean): Descriptors {
  if (process.platform === 'win32') return low;
  const library = cLibrary();
  const fcntl = openFcntl();
  const dup2 = library.func('int dup2(int from, int to)');
  const nothing = openSync('/dev/null', constants.O_RDWR);
  const move = (descriptor: number): number => {
    for (const from of [HIGH_DESCRIPTOR, LESS_HIGH, 20]) {
      const high = fcntl(descriptor, F_DUPFD_CLOEXEC, 'int', from);
      if (high < 0) continue; // The limit on open files may be lower than the number asked for.
      dup2(nothing, descriptor);
      return high;
    }
    throw new Error('No descriptor number is free for the private channels.');
  };
  const high = {
    calls: move(low.calls),
    control: move(low.control),
    callbacks: move(low.callbacks),
    lifeline: move(low.lifeline),
    recorder: move(low.recorder),
    requests: move(low.requests),
    replies: move(low.replies),
  };
  closeSync(nothing);
  if (roomy) closeSync(HIGH_DESCRIPTOR);
  return high;
}

/**
 * Lets the kernel kill this process group when the other end of the lifeline closes, so when the
 * CLI goes away in whatever manner: nothing else ever happens on that socket. It needs no thread of
 * ours, so it also works while the plugin spins, and it takes along what the plugin forked.
 * Returns false where the system has no F_SETSIG; then a guardian process is needed.
 */
export function armLifeline(lifeline: number): boolean {
  if (!LINUX) return false;
  const fcntl = openFcntl();
  return (
    fcntl(lifeline, F_SETOWN, 'int', -process.pid) === 0 &&
    fcntl(lifeline, F_SETSIG, 'int', SIGKILL) === 0 &&
    fcntl(lifeline, F_SETFL, 'int', fcntl(lifeline, F_GETFL, 'int', 0) | O_ASYNC) === 0
  );
}
