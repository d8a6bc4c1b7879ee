import type { Finding } from '../../model/finding.js';
import type { Ending } from '../../model/session.js';
import type { Headers } from './headers.js';
import type { Ranked } from './order.js';
import type { StepLog } from './steps.js';

/** Where in the work of the host a call belongs. */
export interface Frame {
  readonly log: StepLog;
  /** How many model calls of plugins this one is inside of. */
  readonly depth: number;
  /** The client's request that all of this is a part of; absent where there is none. */
  readonly trace?: string;
}

/** How a call of a plugin came out, in the host's terms. */
export type CallOutcome =
  | {
      readonly ok: true;
      readonly result: unknown;
      /** What an executor streams; to be read to its end. */
      readonly stream?: AsyncIterable<Uint8Array>;
    }
  | {
      readonly ok: false;
      /** The host's error text. */
      readonly message: string;
      /** HTTP status that the plugin named. */
      readonly status?: number;
    };

/** A plugin that is loaded and registered. */
export interface Member extends Ranked {
  /** Absolute path of the library. */
  readonly path: string;
  /** `Metadata` of its registration, as the host hands it back to it. */
  readonly metadata: unknown;
  /** Capability → what the registration says of it. */
  readonly capabilities: Readonly<Record<string, unknown>>;
  /** Schema version of its registration; decides about the form of some requests. */
  readonly schemaVersion: number;
  call(method: string, request: unknown, frame: Frame): Promise<CallOutcome>;
  /** Rules of the host that it broke beside its answers, e.g. with streams. */
  readonly faults: readonly Finding[];
  /** How its process came to an end that nobody asked for. */
  readonly gone: Ending | undefined;
}

/** A plugin asks the host to run a model. */
export interface ModelCall {
  /** Id of the plugin that asks. */
  readonly caller: string;
  readonly entry: string;
  readonly exit: string;
  readonly model: string;
  readonly stream: boolean;
  readonly body: Uint8Array;
  readonly headers: Headers;
  readonly query: Headers;
  readonly alt: string;
  readonly frame: Frame;
}

/** What a model answered. */
export type ModelAnswer =
  | { readonly ok: true; readonly status: number; readonly headers: Headers; readonly body: Uint8Array }
  | {
      readonly ok: true;
      readonly status: number;
      readonly headers: Headers;
      /** Throws a `StreamFailure` where the stream ends with an error. */
      readonly chunks: AsyncIterable<Uint8Array>;
    }
  | { readonly ok: false; readonly status: number; readonly message: string };

/** Runs models for plugins: the pipeline itself. */
export type ModelRunner = (call: ModelCall) => Promise<ModelAnswer>;

/** Whether a plugin declared a capability. */
export function can(member: Member, capability: string): boolean {
  return member.capabilities[capability] === true;
}
