import type { TauMessage } from '../../../src/runtime/stdio/tau-messages.js';

/** A frame of tau as its own codec writes it, and the message that is in it. */
export interface Vector {
  readonly name: string;
  readonly kind: 'request' | 'response';
  readonly api: 1 | 2;
  readonly slot: number;
  readonly type: string;
  /** Absent where an answer says nothing. */
  readonly fields?: TauMessage['fields'];
  readonly hex: string;
  /** What a reader makes of the bytes, where that is not what was written. */
  readonly reads?: TauMessage['fields'];
  /** What a writer makes of the message, where these are not the bytes. */
  readonly writes?: string;
}

const request = { kind: 'request' } as const;
const response = { kind: 'response' } as const;

export const VECTORS: readonly Vector[] = [
  {
    ...request,
    name: 'register',
    api: 2,
    slot: 0,
    type: 'register',
    fields: { name: 'smoke', tools: [], hooks: [], commands: [] },
    hex: '3700000000020000a1685265676973746572a163726567a4646e616d6565736d6f6b6565746f6f6c738065686f6f6b738068636f6d6d616e647380',
  },
  {
    ...response,
    name: 'the reply to register',
    api: 2,
    slot: 0,
    type: 'register',
    hex: '0d00000001020000685265676973746572',
  },
  {
    ...request,
    name: 'init',
    api: 1,
    slot: 0,
    type: 'init',
    fields: { cwd: '/tmp', session_id: 's1' },
    hex: '2700000000010000a164496e6974a163637478a263637764642f746d706a73657373696f6e5f6964627331',
  },
  { ...response, name: 'the reply to init', api: 1, slot: 0, type: 'init', hex: '090000000101000064496e6974' },
  {
    ...request,
    name: 'tool_call',
    api: 1,
    slot: 1,
    type: 'tool_call',
    fields: { tool_call_id: 'tc1', name: 'echo', arguments: { message: 'hi' }, cwd: '/tmp' },
    hex: '4f00000000010001a168546f6f6c43616c6ca16463616c6ca46c746f6f6c5f63616c6c5f696463746331646e616d65646563686f69617267756d656e7473a1676d65737361676562686963637764642f746d70',
  },
  {
    ...response,
    name: 'the reply to tool_call',
    api: 1,
    slot: 1,
    type: 'tool_call',
    fields: { tool_call_id: 'tc1', content: [{ type: 'text', text: 'ECHO: hi' }], is_error: false },
    hex: '4c00000001010001a168546f6f6c43616c6ca36c746f6f6c5f63616c6c5f69646374633167636f6e74656e7481a2647479706564746578746474657874684543484f3a2068696869735f6572726f72f4',
  },
  {
    ...request,
    name: 'output_delta',
    api: 2,
    slot: 1,
    type: 'output_delta',
    fields: { tool_call_id: 'tc1', text: 'line 1' },
    hex: '2f00000000020001a16b4f757470757444656c7461a26c746f6f6c5f63616c6c5f6964637463316474657874666c696e652031',
  },
  {
    ...response,
    name: 'the reply to output_delta',
    api: 2,
    slot: 1,
    type: 'output_delta',
    hex: '10000000010200016b4f757470757444656c7461',
  },
  {
    ...request,
    name: 'cancel_tool_call',
    api: 1,
    slot: 2,
    type: 'cancel_tool_call',
    fields: { tool_call_id: 'tc1' },
    hex: '2600000000010002a16e43616e63656c546f6f6c43616c6ca16c746f6f6c5f63616c6c5f696463746331',
  },
  {
    ...response,
    name: 'the reply to cancel_tool_call',
    api: 1,
    slot: 2,
    type: 'cancel_tool_call',
    hex: '13000000010100026e43616e63656c546f6f6c43616c6c',
  },
  { ...request, name: 'idle', api: 1, slot: 0, type: 'idle', fields: {}, hex: '09000000000100006449646c65' },
  { ...response, name: 'the reply to idle', api: 1, slot: 0, type: 'idle', hex: '09000000010100006449646c65' },
  {
    ...response,
    name: 'an empty hook result',
    api: 1,
    slot: 0,
    type: 'hook',
    fields: { message: null, system_prompt: null, tool_result_append: null },
    hex: '3700000001010000a164486f6f6ba3676d657373616765f66d73797374656d5f70726f6d7074f672746f6f6c5f726573756c745f617070656e64f6',
  },
  {
    ...request,
    name: 'server_request with null in free data',
    api: 2,
    slot: 2,
    type: 'server_request',
    fields: { type: 'fire_hook', name: 'h', data: null },
    hex: '3500000000020002a16d53657276657252657175657374a163726571a3647479706569666972655f686f6f6b646e616d656168646461746180',
    // A writer in Rust makes an empty array of a null in free data.
    reads: { type: 'fire_hook', name: 'h', data: [] },
    writes:
      '3500000000020002a16d53657276657252657175657374a163726571a3647479706569666972655f686f6f6b646e616d6561686464617461f6',
  },
  {
    ...response,
    name: 'the reply ok to server_request',
    api: 2,
    slot: 2,
    type: 'server_request',
    fields: { type: 'ok' },
    hex: '1c00000001020002a16d53657276657252657175657374a16474797065626f6b',
  },
];
