import type { Carrier } from './carrier.js';
import type { Connection, Trust } from './connection.js';
import type { Handshake } from './handshake.js';
import type { CallLog } from './own-call.js';
import type { PluginStdio } from './plugin-stdio.js';

/** What the start of a plugin has led to. */
export interface Established {
  readonly carrier: Carrier;
  readonly connection: Connection;
  readonly log: CallLog;
  readonly handshake: Handshake;
  readonly trust?: Trust;
  readonly stdio: PluginStdio;
  /** `SERVING`, another status of the health service, the name of the error that it answered with, or `UNREADABLE`. */
  readonly health: string;
  /** Milliseconds that the plugin has from the end of its shutdown call to the end of its process. */
  readonly stopLimit: number;
}
