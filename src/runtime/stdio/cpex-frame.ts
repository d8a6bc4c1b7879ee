/** Bytes before the method of a frame. */
export const FRAME_HEAD = 19;
/** A frame's length is below this. */
const LENGTH_LIMIT = 2 ** 31;
/** Bodies up to here are copied, so that a small one does not keep a large piece of input in memory. */
const COPY_UP_TO = 64 * 1024;

export const FrameKind = { Request: 0, Response: 1 } as const;

/** One frame of `docs/abi.md`, section 16. */
export interface CpexFrame {
  readonly kind: (typeof FrameKind)[keyof typeof FrameKind];
  readonly id: number;
  /** The other side's request that this one is made in; 0 for none, and in responses. */
  readonly during: number;
  readonly code: number;
  readonly method: string;
  readonly body: Uint8Array;
}

/** All of a frame but its body, as it is sent. */
export function frameHead({ kind, id, during, code, method, body }: CpexFrame): Buffer {
  const methodBytes = Buffer.byteLength(method);
  const head = Buffer.allocUnsafe(FRAME_HEAD + methodBytes);
  head.writeUInt32LE(FRAME_HEAD - 4 + methodBytes + body.byteLength, 0);
  head.writeUInt8(kind, 4);
  head.writeUInt32LE(id, 5);
  head.writeUInt32LE(during, 9);
  head.writeInt32LE(code, 13);
  head.writeUInt16LE(methodBytes, 17);
  head.write(method, FRAME_HEAD, 'utf8');
  return head;
}

/**
 * Takes frames out of a stream. Once something came that is no frame, nothing more is read.
 */
export class FrameReader {
  private parts: Buffer[] = [];
  private have = 0;
  private need = FRAME_HEAD;
  private broken = false;

  /**
   * @param onFrame called with each frame; its body may be kept
   * @param onGarbage called once, with what came in place of a frame and why it is none
   */
  constructor(
    private readonly onFrame: (frame: CpexFrame) => void,
    private readonly onGarbage: (why: string, bytes: Buffer) => void,
  ) {}

  push(bytes: Buffer): void {
    if (this.broken) return;
    this.parts.push(bytes);
    this.have += bytes.length;
    if (this.have < this.need) return;
    const [only] = this.parts;
    const all = this.parts.length === 1 && only !== undefined ? only : Buffer.concat(this.parts);
    let at = 0;
    this.need = FRAME_HEAD;
    while (all.length - at >= FRAME_HEAD) {
      const problem = headProblem(all, at);
      if (problem !== undefined) {
        this.broken = true;
        this.parts = [];
        this.onGarbage(problem, all.subarray(at));
        return;
      }
      this.need = 4 + all.readUInt32LE(at);
      if (all.length - at < this.need) break;
      this.onFrame(readFrame(all.subarray(at, at + this.need)));
      at += this.need;
      this.need = FRAME_HEAD;
    }
    this.have = all.length - at;
    this.parts = this.have === 0 ? [] : [all.subarray(at)];
  }

  /** What has come of a frame whose rest is missing. */
  get rest(): Buffer {
    return Buffer.concat(this.parts);
  }
}

/** Why what came last before the end of the output is no frame. */
export function cutOff(rest: Buffer): string {
  if (rest.length < FRAME_HEAD) return 'it ends before its head does';
  return `it is cut off after ${rest.length} of ${4 + rest.readUInt32LE(0)} bytes`;
}

function headProblem(bytes: Buffer, at: number): string | undefined {
  const length = bytes.readUInt32LE(at);
  const kind = bytes.readUInt8(at + 4);
  const method = bytes.readUInt16LE(at + 17);
  if (length >= LENGTH_LIMIT) return `its length would be ${length} bytes`;
  if (kind > 1) return `its kind would be ${kind}`;
  if (length < FRAME_HEAD - 4 + method) return `its length is ${length}, its method alone has ${method} bytes`;
  return undefined;
}

function readFrame(bytes: Buffer): CpexFrame {
  const bodyAt = FRAME_HEAD + bytes.readUInt16LE(17);
  const body = bytes.subarray(bodyAt);
  return {
    kind: bytes.readUInt8(4) === 0 ? FrameKind.Request : FrameKind.Response,
    id: bytes.readUInt32LE(5),
    during: bytes.readUInt32LE(9),
    code: bytes.readInt32LE(13),
    method: bytes.toString('utf8', FRAME_HEAD, bodyAt),
    body: body.length <= COPY_UP_TO ? Buffer.from(body) : body,
  };
}
