import type { HostProtocol, WrittenParts } from '../model/profile.js';
import type { Call } from '../model/session.js';

/** A stream that has come to its end. */
export interface StreamRecord {
  readonly chunks: readonly Uint8Array[];
  /** What the pieces say, where the host knows their form. */
  readonly values?: readonly unknown[];
  /** Why it ended early, in the plugin's or the host's words. */
  readonly error?: string;
}

/** Takes each piece of a stream as it comes, and what it says where the host knows; the stream waits for the promise. */
export type OnPiece = (piece: Uint8Array, value?: unknown) => void | Promise<void>;

/** A request as the transport takes it: one body, or the first of a stream and those that follow. */
export function encodeCall(rules: HostProtocol, method: string, request: unknown, written: WrittenParts | undefined) {
  const streams = rules.streamsOf?.(method);
  const streaming = streams?.answers === true ? { streaming: true } : {};
  if (streams?.requests !== true) return { first: rules.encodeRequest(request, method, written), ...streaming };
  const list: readonly unknown[] = Array.isArray(request) ? request : [request];
  const [first, ...more] = list.map((one) => rules.encodeRequest(one, method));
  if (first === undefined) return { first: new Uint8Array(), more: 'none' as const, ...streaming };
  return { first, more, ...streaming };
}

/** What a call streams, without its flags. */
export async function* bodies(call: Call): AsyncIterable<Uint8Array> {
  for await (const { body } of call.chunks) yield body;
}

/**
 * Reads a stream to its end.
 * @param read what a piece says; throws an Error for one that cannot be read, which ends the record
 */
export async function collect(
  stream: AsyncIterable<Uint8Array>,
  onPiece: OnPiece | undefined,
  { read }: { readonly read?: (piece: Uint8Array) => unknown } = {},
): Promise<StreamRecord> {
  const chunks: Uint8Array[] = [];
  const values: unknown[] = [];
  let unreadable: string | undefined;
  const done = () => ({
    chunks,
    ...(read === undefined || unreadable !== undefined ? {} : { values }),
    ...(unreadable === undefined ? {} : { error: unreadable }),
  });
  try {
    for await (const chunk of stream) {
      chunks.push(chunk);
      let value: unknown;
      try {
        value = read?.(chunk);
        values.push(value);
      } catch (error) {
        unreadable ??= `piece ${chunks.length} cannot be read: ${(error as Error).message}`;
      }
      await onPiece?.(chunk, value);
    }
    return done();
  } catch (error) {
    if (error instanceof Error && error.name === 'StreamFailure') return { ...done(), error: error.message };
    throw error;
  }
}
