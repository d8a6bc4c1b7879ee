import type { LaunchConfig } from '../runtime/native/launch-config.js';
import { SHARED_FILE } from '../runtime/wire/frame.js';
import { RECORDER_SIZE } from '../runtime/wire/recorder.js';
import { armLifeline, type Descriptors, moveDescriptors } from './descriptors.js';
import { type Libc, openLibc, type Pointer, pin, viewMemory } from './libc.js';
import { mapFile, ReplyShare, RequestShare } from './mapping.js';
import { Recorder } from './recorder.js';

/** Addresses and numbers that are valid in the whole process, for a second thread. */
export interface SharedAddresses {
  readonly calls: number;
  readonly recorder: number;
  readonly recorderPage: Pointer | undefined;
  readonly requests: Pointer | undefined;
  readonly replies: Pointer | undefined;
  readonly repliesDescriptor: number;
}

/** What a thread of the child works with, apart from the plugin itself. */
export interface ThreadMemory {
  readonly libc: Libc;
  readonly recorder: Recorder;
  /** Absent where files cannot be mapped; bodies are inline then. */
  readonly requests: RequestShare | undefined;
  readonly replies: ReplyShare | undefined;
}

/** What `takeOver` has got hold of. */
export interface TakenOver {
  readonly descriptors: Descriptors;
  readonly addresses: SharedAddresses;
  /** Whether the kernel ends this process with the CLI, or a guardian that the CLI has told of it. */
  readonly guarded: boolean;
}

/** Takes over the private descriptors, has the kernel end this process with the CLI, and maps the files. */
export function takeOver(config: LaunchConfig): TakenOver {
  const descriptors = moveDescriptors(config.descriptors, config.roomy);
  const guarded = config.guardian === 'process' || armLifeline(descriptors.lifeline);
  const map = config.mapping === false ? () => undefined : mapFile;
  return {
    descriptors,
    guarded,
    addresses: {
      calls: descriptors.calls,
      recorder: descriptors.recorder,
      recorderPage: map(descriptors.recorder, RECORDER_SIZE, true),
      requests: map(descriptors.requests, SHARED_FILE, false),
      replies: map(descriptors.replies, SHARED_FILE, true),
      repliesDescriptor: descriptors.replies,
    },
  };
}

/**
 * Makes a thread's views of what `takeOver` mapped.
 *
 * @param half the part of the reply file that this thread owns
 */
export function threadMemory(addresses: SharedAddresses, half: 0 | 1): ThreadMemory {
  const libc = openLibc();
  const { recorderPage, requests, replies } = addresses;
  const page = pin(recorderPage === undefined ? Buffer.alloc(RECORDER_SIZE) : viewMemory(recorderPage, RECORDER_SIZE));
  return {
    libc,
    recorder: new Recorder(page, recorderPage === undefined ? addresses.recorder : undefined),
    requests: requests === undefined ? undefined : new RequestShare(requests),
    replies: replies === undefined ? undefined : new ReplyShare(libc, replies, addresses.repliesDescriptor, half),
  };
}
