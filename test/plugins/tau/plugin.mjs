#!/usr/bin/env node
// A plugin of tau in plain Node, over both forms of the messages, and broken on request: TAU_MODE names the defect.
import { decode, encode } from 'cbor2';

const mode = process.env.TAU_MODE ?? '';
const cbor = mode === 'speaks-cbor' || (process.env.CPEX_TAU_WIRE === 'cbor' && mode !== 'speaks-lines');
const schema = (properties, required = []) => ({ type: 'object', properties, required });
const text = (value) => [{ type: 'text', text: value }];
const cancelled = new Map();
const responses = new Map();
let asks = 0;

const registration = {
  name: 'tau-test',
  tools: [
    { name: 'echo_tool', description: 'Says it again.', parameters: schema({ message: { type: 'string' } }, ['message']) },
    { name: 'slow_tool', description: 'Sends lines.', parameters: schema({ lines: { type: 'integer', default: 5 } }) },
    { name: 'fail_tool', description: 'Fails.', parameters: schema({}) },
    { name: 'wait_tool', description: 'Waits to be cancelled.', parameters: schema({}) },
    { name: 'big_tool', description: 'Answers with many bytes.', parameters: schema({ bytes: { type: 'integer' } }) },
    { name: 'ask_tool', description: 'Asks the server.', parameters: schema({ request: { type: 'object' } }) },
    { name: 'note_tool', description: 'Answers with its arguments.', parameters: schema({}) },
  ],
  hooks: ['before_agent_start', 'after_tool_result', 'session_start'],
  commands: [{ name: 'hello', description: 'Greets.' }],
};

/** What the wire has to offer: `send` of a plugin's message, which resolves with the answer where there is one. */
const wire = cbor ? frames() : lines();

const tools = {
  echo_tool: ({ message }) => text(`ECHO: ${message}`),
  slow_tool: async ({ lines: count = 5 }, id) => {
    for (let at = 1; at <= count; at++) await wire.delta(id, `line ${at}\n`);
    return text(`sent ${count}`);
  },
  wait_tool: (_, id) => new Promise((resolve) => cancelled.set(id, () => resolve(text('cancelled')))),
  big_tool: ({ bytes = 70_000 }) => text('x'.repeat(bytes)),
  ask_tool: async ({ request = { type: 'queue_info', target_session_id: 's', text: 'hi' } }) =>
    text(JSON.stringify(await wire.ask(request))),
  note_tool: (given) => text(JSON.stringify(given)),
};

async function call({ tool_call_id, name, arguments: given }) {
  if (mode === 'crash') process.abort();
  if (mode === 'exit') process.exit(0);
  if (mode === 'noise-in-call') process.stdout.write('loading the model\n');
  if (mode === 'bad-result') return { tool_call_id, content: 'text', is_error: 'no' };
  if (mode === 'late-delta') setTimeout(() => wire.delta(tool_call_id, 'too late'), 5);
  if (name === 'fail_tool') return { tool_call_id, content: text('it failed'), is_error: true };
  return { tool_call_id, content: await tools[name](given, tool_call_id), is_error: false };
}

async function hook({ name, data }) {
  if (name === 'before_agent_start') return { message: { content: `Hooked: ${data.prompt}` } };
  return { message: null, system_prompt: null, tool_result_append: null };
}

function cancel({ tool_call_id }) {
  if (mode !== 'ignores-cancel') cancelled.get(tool_call_id)?.();
}

function idle() {
  if (mode !== 'stays') setImmediate(() => process.exit(mode === 'idle-fails' ? 3 : 0));
}

function lines() {
  const write = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);
  const take = async ({ type, ...fields }) => {
    if (type === 'tool_call') write({ type: 'tool_result', ...(await call(fields)) });
    if (type === 'hook') write({ type: 'hook_result', ...(await hook(fields)) });
    if (type === 'session_start') write({ type: 'hook_result' });
    if (type === 'cancel_tool_call') cancel(fields);
    if (type === 'server_response') responses.get(fields.request_id)?.(fields.response);
    if (type === 'idle') idle();
  };
  return {
    start: (first) => write({ type: 'register', ...first }),
    raw: (message) => write(message),
    delta: (tool_call_id, piece) => write({ type: 'output_delta', tool_call_id, text: piece }),
    ask: (request) => {
      const request_id = `r${++asks}`;
      write({ type: 'server_request', request_id, request });
      return new Promise((resolve) => responses.set(request_id, resolve));
    },
    read: () => {
      let rest = '';
      process.stdin.setEncoding('utf8').on('data', (piece) => {
        const parts = (rest + piece).split('\n');
        rest = parts.pop();
        for (const part of parts) take(JSON.parse(part));
      });
    },
  };
}

function frames() {
  const waiting = new Map();
  const queue = [];
  const write = (kind, api, slot, value) => {
    const item = encode(value, { float64: true });
    const head = Buffer.alloc(8);
    head.writeUInt32LE(item.length + 4, 0);
    head.writeUInt8(kind, 4);
    head.writeUInt16LE(api, 5);
    head.writeUInt8(slot, 7);
    process.stdout.write(Buffer.concat([head, item]));
  };
  const next = () => {
    const slot = Array.from({ length: 32 }, (_, at) => at).find((at) => !waiting.has(at));
    if (slot === undefined || queue.length === 0) return;
    const { value, resolve } = queue.shift();
    waiting.set(slot, resolve);
    write(0, 2, slot, value);
  };
  const send = (value) =>
    new Promise((resolve) => {
      queue.push({ value, resolve });
      next();
    });
  const answers = {
    ToolCall: async ({ call: given }) => ({ ToolCall: await call(given) }),
    Hook: async ({ req }) => ({ Hook: { message: null, system_prompt: null, tool_result_append: null, ...(await hook(req)) } }),
    SessionStart: () => 'SessionStart',
    Init: () => 'Init',
    CancelToolCall: (given) => {
      cancel(given);
      return 'CancelToolCall';
    },
    Idle: () => {
      idle();
      return 'Idle';
    },
  };
  const take = async (kind, slot, item) => {
    if (kind === 1) {
      const resolve = waiting.get(slot);
      waiting.delete(slot);
      resolve?.(typeof item === 'string' ? undefined : Object.values(item)[0]);
      next();
      return;
    }
    const [name, value] = typeof item === 'string' ? [item] : Object.entries(item)[0];
    const answer = await answers[name](value);
    if (mode === 'wrong-variant') write(1, 1, slot, 'Idle');
    else write(1, 1, slot, answer);
    if (mode === 'answers-twice') write(1, 1, slot, answer);
  };
  return {
    start: (first) => send({ Register: { reg: first } }),
    raw: (value) => write(0, 2, 0, value),
    delta: (tool_call_id, piece) => send({ OutputDelta: { tool_call_id, text: piece } }),
    ask: (request) => send({ ServerRequest: { req: request } }),
    read: () => {
      let rest = Buffer.alloc(0);
      process.stdin.on('data', (piece) => {
        rest = Buffer.concat([rest, piece]);
        while (rest.length >= 4 && rest.length >= 4 + rest.readUInt32LE(0)) {
          const end = 4 + rest.readUInt32LE(0);
          take(rest[4], rest[7], decode(rest.subarray(8, end)));
          rest = rest.subarray(end);
        }
      });
    },
  };
}

if (mode === 'noise') process.stdout.write('starting up\n');
if (mode === 'stderr') process.stderr.write('starting up\n');
if (mode === 'exits-early') {
  process.stderr.write('no such model\n');
  process.exit(3);
}
if (mode === 'cut-line') {
  process.stdout.write('{"type":"regi');
  process.exit(0);
}
if (mode === 'result-first') wire.raw({ type: 'tool_result', tool_call_id: 'x', content: [], is_error: false });
if (mode === 'idle-first') wire.raw({ OutputDelta: { tool_call_id: 'x', text: 'y' } });
if (mode !== 'silent') wire.start(mode === 'no-name' ? { tools: [] } : registration);
if (mode === 'registers-twice') wire.start(registration);
if (mode === 'unasked') wire.raw({ type: 'tool_result', tool_call_id: 'nobody', content: [], is_error: false });
if (mode === 'unknown-type') wire.raw({ type: 'log', text: 'hello' });
if (mode === 'unknown-variant') wire.raw({ Log: { text: 'hello' } });
wire.read();
if (mode === 'ignores-end') setInterval(() => {}, 1000);
