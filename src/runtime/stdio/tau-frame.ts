/** A frame: a request or response of one of the two services. */
export interface TauFrame {
  readonly kind: 'request' | 'response';
  readonly api: number;
  readonly slot: number;
  /** One CBOR item. */
  readonly item: Uint8Array;
}

/** Bytes of a frame beside its item and its length field: kind, service, slot. */
const HEADER = 4;
const LENGTH = 4;
const OPENING_BRACE = 0x7b;

/** Bytes of one frame from which on it is a mistake rather than a message. */
export const FRAME_LIMIT = 64 * 2 ** 20;

/** Bytes that are no frames. The message says what they are, to be put after "stdout: ". */
export class FrameProblem extends Error {
  override readonly name = 'FrameProblem';
}

/** Writes a whole frame. */
export function writeFrame({ kind, api, slot, item }: TauFrame): Buffer {
  const frame = Buffer.allocUnsafe(LENGTH + HEADER + item.length);
  frame.writeUInt32LE(HEADER + item.length, 0);
  frame.writeUInt8(kind === 'request' ? 0 : 1, 4);
  frame.writeUInt16LE(api, 5);
  frame.writeUInt8(slot, 7);
  frame.set(item, LENGTH + HEADER);
  return frame;
}

/** Cuts a stream of bytes into frames. */
export class FrameSplitter {
  private pending: Buffer[] = [];
  private size = 0;

  /** Bytes that came and belong to no whole frame yet. */
  get rest(): number {
    return this.size;
  }

  /**
   * Takes bytes and gives the frames that are whole now, each as it is asked for.
   * @throws FrameProblem
   */
  *push(bytes: Buffer): Generator<TauFrame> {
    this.pending.push(bytes);
    this.size += bytes.length;
    while (this.size >= LENGTH) {
      const head = this.peek(Math.min(this.size, LENGTH + HEADER));
      const length = head.readUInt32LE(0);
      refuseLength(length, head);
      if (this.size < LENGTH + length) return;
      yield readFrame(this.take(LENGTH + length));
    }
  }

  private peek(count: number): Buffer {
    const [first] = this.pending;
    if (first !== undefined && first.length >= count) return first.subarray(0, count);
    return this.joined().subarray(0, count);
  }

  private take(count: number): Buffer {
    const all = this.joined();
    const rest = all.subarray(count);
    this.pending = rest.length === 0 ? [] : [rest];
    this.size = rest.length;
    return all.subarray(0, count);
  }

  private joined(): Buffer {
    const all = this.pending.length === 1 ? this.pending[0] : undefined;
    if (all !== undefined) return all;
    const joined = Buffer.concat(this.pending);
    this.pending = [joined];
    return joined;
  }
}

function refuseLength(length: number, head: Buffer): void {
  if (isText(head.subarray(0, LENGTH))) {
    const what = head[0] === OPENING_BRACE ? 'a line of JSON' : 'text';
    throw new FrameProblem(`there is ${what} where a frame was to begin: ${JSON.stringify(head.toString('latin1'))}…`);
  }
  if (length < HEADER) throw new FrameProblem(`a frame says that it has ${length} bytes, and its header alone has 4`);
  if (length > FRAME_LIMIT) {
    throw new FrameProblem(`a frame says that it has ${length} bytes; more than ${FRAME_LIMIT} are not read`);
  }
}

/** Four characters of text are a length that no frame may have. */
function isText(head: Buffer): boolean {
  return head.every((byte) => (byte >= 0x20 && byte < 0x7f) || byte === 0x0a || byte === 0x0d || byte === 0x09);
}

function readFrame(bytes: Buffer): TauFrame {
  const kind = bytes.readUInt8(4);
  if (kind > 1) throw new FrameProblem(`a frame is of kind ${kind}; there are 0 (request) and 1 (response)`);
  return {
    kind: kind === 0 ? 'request' : 'response',
    api: bytes.readUInt16LE(5),
    slot: bytes.readUInt8(7),
    item: bytes.subarray(LENGTH + HEADER),
  };
}
