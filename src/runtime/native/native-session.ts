import type { Duplex } from 'node:stream';
import type { SessionOptions } from '../../model/session.js';
import { guardProcess } from '../process/guardian.js';
import type { Supervisor } from '../process/supervisor.js';
import { Channel } from '../wire/channel.js';
import { type Frame, Kind } from '../wire/frame.js';
import { FrameSession } from './frame-session.js';
import type { Launched } from './launch.js';
import { OrderedLane } from './ordered-lane.js';
import { RequestFile, readPayload } from './payload-file.js';
import type { PendingCall } from './pending-call.js';
import { Questions } from './questions.js';

/** The parent's side of one native child: three channels and two shared files. */
export class NativeSession extends FrameSession {
  protected readonly control: Channel;
  protected readonly lane: OrderedLane;
  private readonly calls: Channel;
  private readonly callbacks: Channel;
  private readonly questions: Questions;
  private readonly requests: RequestFile;

  constructor(
    options: SessionOptions,
    private readonly child: Launched,
    supervisor: Supervisor,
  ) {
    super(options, child.pid, supervisor);
    this.requests = new RequestFile(child.requests);
    this.control = this.open(child.control, (frame) => this.controlled(frame));
    this.calls = this.open(child.calls, () => undefined);
    this.callbacks = this.open(child.callbacks, (frame) =>
      this.questions.asked(frame, this.body(frame, this.callbacks)),
    );
    this.questions = new Questions(this.callbacks, options.services, this.tracer, this);
    this.lane = new OrderedLane(this.control, this.calls, (deadline) => supervisor.expire(deadline));
  }

  protected sendNested(call: PendingCall, request: Uint8Array): void {
    this.sendBeside(this.callbacks, call, request, { kind: Kind.Call, id: call.id, flags: 0 });
  }

  protected override beforeStop(): void {
    // The end of this channel ends the worker.
    this.calls.end();
  }

  /** Replies and releases come over every channel; `other` takes the rest. */
  private open(stream: Duplex, other: (frame: Frame) => void): Channel {
    const channel: Channel = new Channel(
      stream,
      (frame) => {
        if (frame.kind === Kind.Reply) this.replied(frame, this.body(frame, channel));
        else if (frame.kind === Kind.Release) this.requests.release(frame.a);
        else other(frame);
      },
      undefined,
      this.requests,
    );
    return channel;
  }

  private controlled(frame: Frame): void {
    if (frame.kind === Kind.WorkerReady) this.lane.workerReady();
    else if (frame.kind === Kind.Refused) this.refused(frame, frame.body.toString());
    else if (frame.kind === Kind.Unguarded) guardProcess(this.child.token, this.pid, this.ended);
    else {
      if (frame.kind === Kind.Ready && frame.b === 1) this.requests.enable();
      if (!this.lived(frame)) this.supervisor.fault(`The child sent a frame of kind ${frame.kind}.`);
    }
  }

  /** A body of one's own: the frame's buffer goes on to other frames, the shared region to other bodies. */
  private body(frame: Frame, channel: Channel): Uint8Array {
    const { shared } = frame;
    if (shared === undefined) return Buffer.from(frame.body);
    const body = readPayload(this.child.replies, shared);
    channel.send({ kind: Kind.Release, a: shared.offset });
    return body;
  }
}
