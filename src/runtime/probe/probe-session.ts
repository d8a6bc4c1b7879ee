import type { Duplex } from 'node:stream';
import type { LoadStage, NativeRules, Session, SessionOptions } from '../../model/session.js';
import type { Field, Observation, Watch } from '../../model/watch.js';
import { FrameSession } from '../native/frame-session.js';
import { OrderedLane } from '../native/ordered-lane.js';
import type { PendingCall } from '../native/pending-call.js';
import { Questions } from '../native/questions.js';
import type { Supervisor } from '../process/supervisor.js';
import { refusalText } from '../refusal-text.js';
import { Channel } from '../wire/channel.js';
import { encodeFields } from '../wire/fields.js';
import { Flag, type Frame, Kind } from '../wire/frame.js';
import { readObservation } from './observation.js';
import type { ProbeLog } from './probe-log.js';

/** The parent's side of one probe: everything goes over one channel, and every body inline. */
export class ProbeSession extends FrameSession {
  perform?: NonNullable<Session['perform']>;
  protected readonly control: Channel;
  protected readonly lane: OrderedLane;
  private readonly questions: Questions;
  /** Methods of calls that were sent, until they return. */
  private readonly methods = new Map<number, string>();

  /**
   * @param artefact path of the library as the probe's own system spells it
   * @param rules how the profile's host loads
   * @param experiments whether the host has any
   */
  constructor(
    options: SessionOptions,
    pid: number,
    supervisor: Supervisor,
    stream: Duplex,
    private readonly log: ProbeLog,
    private readonly rules: NativeRules,
    artefact: string,
    experiments: boolean,
  ) {
    super(options, pid, supervisor);
    if (experiments) this.perform = (...asked) => this.observe(...asked);
    this.control = new NotingChannel(stream, (frame) => this.receive(frame), this.methods);
    this.questions = new Questions(this.control, options.services, this.tracer, this);
    this.lane = new OrderedLane(this.control, undefined, (deadline) => supervisor.expire(deadline));
    if (experiments) {
      log.ask = () =>
        this.control.send({ kind: Kind.Stacks, code: log.lastMoment().phase === 'load' ? 1 : 0 }, artefact);
    }
    this.control.send({ kind: Kind.Start }, '', settings(rules, artefact, options.watch));
  }

  private async observe(
    experiment: string,
    fields: readonly Field[],
    options: { readonly deadline?: number } = {},
  ): Promise<Observation> {
    const call = this.begin(experiment, options.deadline);
    if (call.id !== 0) this.lane.add(call, { kind: Kind.Perform, id: call.id }, encodeFields(fields), false);
    return readObservation((await call.end).body);
  }

  protected sendNested(call: PendingCall, request: Uint8Array, during: number): void {
    this.sendBeside(this.control, call, request, { kind: Kind.Call, id: call.id, flags: Flag.Nested, a: during });
  }

  private receive(frame: Frame): void {
    switch (frame.kind) {
      case Kind.Phase:
        this.log.phase(frame.code);
        break;
      case Kind.Begin:
        this.log.began(frame.id, this.methods.get(frame.id) ?? '');
        break;
      case Kind.Reply:
        this.log.returned(frame.id);
        this.methods.delete(frame.id);
        this.replied(frame, Buffer.from(frame.body));
        break;
      case Kind.Observed:
        this.log.returned(frame.id);
        this.methods.delete(frame.id);
        this.replied(frame, Buffer.from(frame.body));
        break;
      case Kind.Breach:
        this.options.breach?.({ test: frame.method, message: frame.body.toString() });
        break;
      case Kind.Ask:
        this.questions.asked(frame, Buffer.from(frame.body));
        break;
      case Kind.Refused:
        this.refused(frame, this.why(frame));
        break;
      case Kind.Crash:
        this.log.crashed(frame.method, Buffer.from(frame.body));
        break;
      case Kind.Stacks:
        this.log.stacks.add(frame.id, frame.code, Buffer.from(frame.body));
        break;
      default:
        if (!this.lived(frame)) this.supervisor.fault(`The probe sent a frame of kind ${frame.kind}.`);
    }
  }

  private why(frame: Frame): string {
    return refusalText(frame.method as LoadStage, this.rules, {
      path: this.options.artefact,
      detail: frame.body.toString(),
      code: frame.code,
    });
  }
}

/** Frames that make a probe call the plugin. */
const CALLING: ReadonlySet<Kind> = new Set([Kind.Call, Kind.Loop, Kind.Perform]);

/** Remembers the methods of the calls that leave: a probe names them by their ids alone. */
class NotingChannel extends Channel {
  constructor(
    stream: Duplex,
    onFrame: (frame: Frame) => void,
    private readonly methods: Map<number, string>,
  ) {
    super(stream, onFrame);
  }

  override send(...[header, method = '', body]: Parameters<Channel['send']>): void {
    if (CALLING.has(header.kind) && header.id !== undefined) {
      this.methods.set(header.id, method);
    }
    super.send(header, method, body);
  }
}

/** What the probe needs to know, as `name NUL value NUL` pairs. */
function settings(rules: NativeRules, artefact: string, watch: Watch = {}): Buffer {
  const pairs: readonly (readonly [string, string])[] = [
    ['artefact', artefact],
    ['entry', rules.entry],
    ['abiVersion', String(rules.abiVersion)],
    ['optionalShutdown', rules.optionalShutdown === true ? '1' : '0'],
    ['optionalResponse', rules.optionalResponse === true ? '1' : '0'],
    ['shutdownRefused', rules.shutdownRefused === true ? '1' : '0'],
    ['unloadRefused', rules.unloadRefused === true ? '1' : '0'],
    ...Object.entries(watch).map(([name, value]) => [name, String(value)] as const),
  ];
  return Buffer.from(pairs.map(([name, value]) => `${name}\0${value}\0`).join(''));
}
