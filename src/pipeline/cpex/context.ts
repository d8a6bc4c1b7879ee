import type { Judged } from './judge.js';
import type { ContextTable, HookInvocation } from './types.js';

/** State of one request while a hook runs. Values are never changed in place, so whoever was sent one keeps it. */
export class RequestState {
  private globalState: ContextTable['globalState'];
  private localStates: ContextTable['localStates'];

  constructor(private readonly start: ContextTable) {
    this.globalState = start.globalState;
    this.localStates = start.localStates;
  }

  /** What one plugin is sent. */
  contextFor(plugin: string): HookInvocation['context'] {
    return {
      request_id: this.start.requestId,
      local_state: Object.hasOwn(this.localStates, plugin) ? (this.localStates[plugin] ?? {}) : {},
      global_state: this.globalState,
    };
  }

  /** Takes over what a plugin that may has left. */
  keep(plugin: string, { localState, globalState }: Judged): void {
    if (localState !== undefined) this.localStates = { ...this.localStates, [plugin]: localState };
    if (globalState !== undefined) this.globalState = globalState;
  }

  /** For the next hook of the request. */
  table(): ContextTable {
    return { requestId: this.start.requestId, globalState: this.globalState, localStates: this.localStates };
  }
}
