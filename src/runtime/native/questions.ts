import type { CallContext, CallEnd, HostServices } from '../../model/session.js';
import type { Tracer } from '../process/tracer.js';
import type { Channel } from '../wire/channel.js';
import { type Frame, Kind } from '../wire/frame.js';

/** What answering needs from the session. */
export interface QuestionHost {
  /** The call during which the plugin asks, as far as that can be told, and the signal of its end. */
  context(): Pick<CallContext, 'callId' | 'signal'>;
  /** Calls the plugin while its own request, with the id `during`, waits. */
  callBack(method: string, request: Uint8Array, during: number): Promise<CallEnd>;
  /** A service threw, which it must not. */
  serviceFailed(method: string, error: unknown): void;
}

/** Hands the plugin's requests to the services and their answers to the plugin. */
export class Questions {
  constructor(
    private readonly channel: Channel,
    private readonly services: HostServices,
    private readonly tracer: Tracer,
    private readonly host: QuestionHost,
  ) {}

  /** A request has come: a thread of the child waits for its answer. */
  asked(frame: Frame, body: Uint8Array): void {
    const { id, method } = frame;
    const began = performance.now();
    this.tracer.record({ direction: 'to-host', kind: 'request', id, method, body });
    const answer = (code: number, reply: Uint8Array) => {
      const durationNs = (performance.now() - began) * 1e6;
      this.tracer.record({ direction: 'to-plugin', kind: 'response', id, method, code, body: reply, durationNs });
      this.channel.send({ kind: Kind.Answer, id, code }, '', reply);
    };
    const context: CallContext = {
      ...this.host.context(),
      ...(frame.a === 1 ? { ownThread: true } : {}),
      call: (nested, request) => this.host.callBack(nested, request, id),
    };
    this.services.answer(method, body, context).then(
      (reply) => answer(reply.code, reply.body),
      (error: unknown) => {
        this.host.serviceFailed(method, error);
        answer(1, new Uint8Array(0));
      },
    );
  }
}
