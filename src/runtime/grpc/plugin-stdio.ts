import { type Connection, UNIMPLEMENTED } from './connection.js';
import { decode, encode, METHODS } from './messages.js';
import { type CallLog, OwnCall } from './own-call.js';

/** Channels of `StdioData`. */
const STDOUT = 1;
const STDERR = 2;

/** The stream of what a plugin prints, which go-plugin takes away from the process's own stdout and stderr. */
export interface PluginStdio {
  /** Whether the plugin serves it, as far as is known: one that has nothing to print says nothing. */
  readonly served: boolean;
}

/** Reads what the plugin prints from now on: it blocks in its own prints where nobody does. */
export function readStdio(
  connection: Connection,
  log: CallLog,
  output: (stream: 'stdout' | 'stderr', bytes: Uint8Array) => void,
): PluginStdio {
  const state = { served: true };
  const call = new OwnCall(connection, log, METHODS.stdio);
  const message = (bytes: Uint8Array) => {
    try {
      const { channel, data } = decode('StdioData', bytes);
      if (channel === STDOUT) output('stdout', data);
      if (channel === STDERR) output('stderr', data);
    } catch {
      // What cannot be read is no output.
    }
  };
  // Every way that this stream ends is an ordinary one.
  call.listen(message, ({ code }) => {
    if (code === UNIMPLEMENTED) state.served = false;
  });
  call.send(encode('Empty', {}));
  call.finish();
  return state;
}
