import { fieldsOf } from '../../hosts/json-fields.js';
import { bodyChanges, headerChanges } from './changes.js';
import { type Headers, mergeHeaders } from './headers.js';
import { askedFor, type Pass } from './pass.js';
import { responseParts } from './respond.js';
import { bytesOf, crossing, headersOf, textsOf } from './values.js';

/** The host shows an interceptor at most this many earlier pieces, of this many bytes together. */
const HISTORY_CHUNKS = 64;
const HISTORY_BYTES = 1024 * 1024;

/** Index of the call that comes before all pieces, for the headers. */
const HEADERS_ONLY = -1;

/** Earlier pieces of a stream, as interceptors see them. */
export class History {
  private readonly pieces: Uint8Array[] = [];
  private size = 0;

  add(piece: Uint8Array): void {
    if (piece.length === 0) return;
    this.pieces.push(piece);
    this.size += piece.length;
    while (this.pieces.length > HISTORY_CHUNKS || this.size > HISTORY_BYTES) {
      this.size -= this.pieces.shift()?.length ?? 0;
    }
  }

  /** Nil where there are none. */
  crossing(): readonly (string | null)[] | null {
    return this.pieces.length === 0 ? null : this.pieces.map(crossing);
  }
}

/** Sends the pieces of a stream through the interceptors. */
export class StreamInterceptors {
  private readonly history = new History();
  private index = 0;

  constructor(
    private readonly pass: Pass,
    /** Request body as the interceptors are told it. */
    private readonly sent: Uint8Array,
    /** Headers of the answer, as the interceptors have made them so far. */
    public headers: Headers,
  ) {}

  /** The call before all pieces. */
  async begin(): Promise<void> {
    await this.intercept(new Uint8Array(0), HEADERS_ONLY);
  }

  /** What becomes of one piece; undefined when it is dropped. Empty pieces reach nobody. */
  async piece(body: Uint8Array): Promise<Uint8Array | undefined> {
    if (body.length === 0) return undefined;
    const kept = await this.intercept(body, this.index++);
    if (kept !== undefined) this.history.add(kept);
    return kept;
  }

  private async intercept(body: Uint8Array, index: number): Promise<Uint8Array | undefined> {
    const { frame } = this.pass;
    const stage = 'response.intercept_stream_chunk';
    let current = body;
    for (const member of askedFor(this.pass, 'response_stream_interceptor', true)) {
      const answer = await member.call(stage, this.request(member.schemaVersion, current, index), frame);
      if (!answer.ok) {
        const text = `pluginhost: stream chunk interceptor ${member.id} failed: ${answer.message}`;
        frame.log.warn(stage, text, member.id, frame.depth);
        continue;
      }
      const result = fieldsOf(answer.result);
      const headers = mergeHeaders(this.headers, headersOf(result.Headers), textsOf(result.ClearHeaders));
      const given = bytesOf(result.Body);
      const changes = [
        ...headerChanges(this.headers, headers),
        ...(given.length > 0 ? bodyChanges(current, given) : []),
      ];
      this.headers = headers;
      if (given.length > 0) current = given;
      const ends = result.DropChunk === true;
      const outcome = ends ? 'ended' : changes.length > 0 ? 'changed' : 'unchanged';
      const what = index === HEADERS_ONLY ? 'headers' : `chunk ${index}`;
      const fate = index === HEADERS_ONLY ? 'nobody after it is asked' : 'dropped, and nobody after it is asked';
      const text = ends ? `${what}: ${fate}` : what;
      frame.log.add({ depth: frame.depth, stage, plugin: member.id, outcome, changes, text });
      if (ends) return undefined;
    }
    return current;
  }

  /** Pieces after the first call come without what that call has told already, to plugins of newer schemas. */
  private request(schemaVersion: number, body: Uint8Array, index: number): object {
    const parts = responseParts(this.pass, this.sent, this.headers);
    const payload = index !== HEADERS_ONLY;
    const { omitsBodiesOfChunksFrom, omitsHistoryOfChunksFrom } = this.pass.host.behaviour;
    const omits = (from: number | undefined) => payload && from !== undefined && schemaVersion >= from;
    return {
      ...parts,
      ...(omits(omitsBodiesOfChunksFrom) ? { OriginalRequest: null, RequestBody: null } : {}),
      Body: crossing(body),
      HistoryChunks: payload && !omits(omitsHistoryOfChunksFrom) ? this.history.crossing() : null,
      ChunkIndex: index,
    };
  }
}
