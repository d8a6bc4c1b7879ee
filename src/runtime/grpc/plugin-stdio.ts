import { type Connection, onStatus, UNIMPLEMENTED } from './connection.js';
import { decode, encode, METHODS } from './messages.js';

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
  output: (stream: 'stdout' | 'stderr', bytes: Uint8Array) => void,
): PluginStdio {
  const state = { served: true };
  const stream = connection.open(METHODS.stdio);
  stream.on('data', (bytes: Uint8Array) => {
    try {
      const { channel, data } = decode('StdioData', bytes);
      if (channel === STDOUT) output('stdout', data);
      if (channel === STDERR) output('stderr', data);
    } catch {
      // What cannot be read is no output.
    }
  });
  // Every way that this stream ends is an ordinary one.
  onStatus(stream, ({ code }) => {
    if (code === UNIMPLEMENTED) state.served = false;
  });
  stream.write(encode('Empty', {}));
  stream.end();
  return state;
}
