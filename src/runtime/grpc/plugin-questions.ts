import type { CallEnd, HostServices, ServiceReply } from '../../model/session.js';
import type { Tracer } from '../process/tracer.js';
import { INTERNAL } from './connection.js';
import type { GrpcCall } from './grpc-call.js';

/** What answering needs from the session. */
export interface QuestionSide {
  running(): readonly GrpcCall[];
  call(method: string, request: Uint8Array): Promise<CallEnd>;
  fault(message: string): void;
}

/** Hands what the plugin asks over brokered connections to the services. */
export class PluginQuestions {
  private nextId = 1;

  constructor(
    private readonly services: HostServices,
    private readonly tracer: Tracer,
    private readonly side: QuestionSide,
  ) {}

  /** Answers one request; never rejects. */
  async answer(method: string, request: Uint8Array, signal: AbortSignal): Promise<ServiceReply> {
    const id = this.nextId++;
    const began = performance.now();
    this.tracer.record({ direction: 'to-host', kind: 'request', id, method, body: request, wire: 'grpc' });
    // Which call the plugin asks in is not said; where there is but one, it is that one.
    const running = this.side.running();
    const callId = running.length === 1 ? (running[0]?.id ?? 0) : 0;
    const reply = await this.ask(method, request, callId, signal);
    const { code, body } = reply;
    const durationNs = (performance.now() - began) * 1e6;
    this.tracer.record({ direction: 'to-plugin', kind: 'response', id, method, code, body, durationNs, wire: 'grpc' });
    return reply;
  }

  private async ask(method: string, request: Uint8Array, callId: number, signal: AbortSignal): Promise<ServiceReply> {
    try {
      const call = (nested: string, body: Uint8Array) => this.side.call(nested, body);
      return await this.services.answer(method, request, { callId, signal, call });
    } catch (error) {
      this.side.fault(`The service ${method} failed: ${error instanceof Error ? error.stack : error}`);
      return { code: INTERNAL, body: new Uint8Array() };
    }
  }
}
