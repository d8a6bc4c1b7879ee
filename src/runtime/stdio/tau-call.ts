import { PendingCall } from '../native/pending-call.js';
import { ChunkQueue } from './chunk-queue.js';
import type { TauMessage } from './tau-messages.js';

/** A message of the host that waits for its answer, or for its turn. */
export class TauCall extends PendingCall {
  override readonly chunks = new ChunkQueue();

  /** @param onCancel tells the plugin that nobody wants the answer any more */
  constructor(
    id: number,
    readonly message: TauMessage,
    deadline: number,
    private readonly onCancel: (call: TauCall) => void,
  ) {
    super(id, message.type, deadline);
    this.end.then(
      () => this.chunks.end(),
      () => this.chunks.end(),
    );
  }

  /** The call goes on until the plugin answers it, as every tool has to. */
  override cancel(): void {
    super.cancel();
    this.onCancel(this);
  }

  /** The id that a tool's result and output carry. */
  get toolCallId(): string | undefined {
    const { tool_call_id } = this.message.fields;
    return this.message.type === 'tool_call' && typeof tool_call_id === 'string' ? tool_call_id : undefined;
  }
}
