import type { CallOutcome, Frame } from '../../pipeline/cliproxy/member.js';

/** A plugin as the server needs it; loaded ones of the pipeline are such. */
export interface ServedPlugin {
  readonly id: string;
  /** Absolute path of the library. */
  readonly path: string;
  readonly metadata: unknown;
  readonly capabilities: Readonly<Record<string, unknown>>;
  readonly schemaVersion: number;
  /** Set once its process has ended by itself. */
  readonly gone: unknown;
  call(method: string, request: unknown, frame: Frame): Promise<CallOutcome>;
}

/** A plugin that the host knows of, registered or not. */
export interface KnownPlugin {
  readonly id: string;
  /** Absolute path of the library. */
  readonly path: string;
  /** By the host's configuration. */
  readonly enabled: boolean;
  readonly registered?: ServedPlugin;
}
