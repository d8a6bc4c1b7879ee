import type { Contract } from '../../model/contract.js';
import type { Finding } from '../../model/finding.js';
import type { CallScope, Envelope } from '../../model/profile.js';
import { fieldsOf, isFields } from '../json-fields.js';
import type { CallbackIds } from './callback-ids.js';
import type { EmittedStreams } from './emitted-streams.js';
import { mixedFinding } from './stream-findings.js';

/** What calls of one plugin share. */
export interface CallTracking {
  readonly ids: CallbackIds;
  readonly streams: EmittedStreams;
  /** Calls whose function has not returned yet. */
  readonly running: Set<object>;
  readonly report: (finding: Finding) => void;
}

/** Gives a call the ids that its method has in the contract, and ends them when it is over. */
export function openScope(contract: Contract, tracking: CallTracking, method: string, request: unknown): CallScope {
  const { ids, streams, running } = tracking;
  const members = requestMembers(contract, method);
  const callbackId = members.has('host_callback_id') ? ids.open(method) : undefined;
  const streamId = members.has('stream_id') ? streams.begin(method) : undefined;
  const added = {
    ...(streamId === undefined ? {} : { stream_id: streamId }),
    ...(callbackId === undefined ? {} : { host_callback_id: callbackId }),
  };
  const mark = {};
  running.add(mark);
  const end = () => {
    running.delete(mark);
    if (streamId !== undefined) streams.abandon(streamId);
    if (callbackId !== undefined) ids.close(callbackId);
  };
  return {
    request: isFields(request) ? { ...request, ...added } : request,
    streams: streamId !== undefined,
    returned: (envelope) => {
      running.delete(mark);
      if (streamId === undefined || envelope.ok !== true) return undefined;
      return until(pieces(tracking, method, streamId, envelope), end);
    },
    end,
  };
}

/** A finite stream is what the call returned; anything else is what it emits. */
function pieces(
  { streams, report }: CallTracking,
  method: string,
  id: string,
  envelope: Envelope,
): AsyncIterable<Uint8Array> {
  const { chunks } = fieldsOf(envelope.result);
  if (!Array.isArray(chunks) || chunks.length === 0) return streams.read(id);
  const emitted = streams.emitted(id);
  if (emitted > 0) report(mixedFinding(method, emitted));
  streams.abandon(id);
  return finite(chunks);
}

async function* finite(chunks: readonly unknown[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) {
    const { Payload } = fieldsOf(chunk);
    yield Buffer.from(typeof Payload === 'string' ? Payload : '', 'base64');
  }
}

async function* until(stream: AsyncIterable<Uint8Array>, end: () => void): AsyncGenerator<Uint8Array> {
  try {
    yield* stream;
  } finally {
    end();
  }
}

function requestMembers(contract: Contract, method: string): ReadonlySet<string> {
  const { $ref } = contract.methods.get(method)?.request ?? {};
  const type = contract.types.get(String($ref).slice(String($ref).lastIndexOf('/') + 1));
  return new Set(Object.keys(fieldsOf(type?.properties)));
}
