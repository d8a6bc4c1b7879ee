import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { decode, encode } from 'cbor2';

export type Fields = Record<string, unknown>;
export type WireName = 'json-lines' | 'cbor';

/** Milliseconds that any wait of these tests may take. */
const LIMIT = 20_000;

/** Types of the messages that the host sends, and how frames name them and their parameter. */
const VARIANTS: Record<string, readonly [string, string]> = {
  init: ['Init', 'ctx'],
  session_start: ['SessionStart', 'ctx'],
  hook: ['Hook', 'req'],
  tool_call: ['ToolCall', 'call'],
  cancel_tool_call: ['CancelToolCall', ''],
  idle: ['Idle', ''],
};

/** Waits for a promise, or fails and says what for. */
export async function within<T>(what: string, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: nothing came of it`)), LIMIT);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** A plugin's process; the messages are the business of those below. */
export class Program {
  readonly child: ChildProcess;
  stderr = '';
  readonly ended: Promise<number | null>;

  constructor(argv: readonly string[], env: Record<string, string>) {
    const [file = '', ...args] = argv;
    this.child = spawn(file, args, { stdio: 'pipe', env: { ...process.env, ...env } });
    this.child.stdin?.on('error', () => undefined);
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    this.ended = once(this.child, 'close').then(([code]) => code as number | null);
  }

  write(bytes: string | Uint8Array): void {
    this.child.stdin?.write(bytes);
  }

  /** Closes standard input and waits for the exit status. */
  async close(): Promise<number | null> {
    this.child.stdin?.end();
    return within('the end', this.ended);
  }

  kill(): void {
    if (this.child.exitCode === null) this.child.kill('SIGKILL');
  }
}

/** Resolves once, from outside. */
class Later<T> {
  readonly promise: Promise<T>;
  resolve: (value: T) => void = () => undefined;
  constructor() {
    this.promise = new Promise((resolve) => {
      this.resolve = resolve;
    });
  }
}

/** A tau host for one plugin, over either wire: the messages have the fields of the lines. */
export abstract class TauHost {
  readonly registered = new Later<Fields>();
  readonly deltas: Fields[] = [];
  readonly requests: Fields[] = [];
  /** What the host responds. */
  respond: (request: Fields) => Fields = () => ({ type: 'ok' });
  private watchers: { count: number; later: Later<void> }[] = [];

  constructor(readonly program: Program) {
    program.child.stdout?.on('data', (data: Buffer) => this.take(data));
  }

  static start(wire: WireName, argv: readonly string[], env: Record<string, string> = {}): TauHost {
    const program = new Program(argv, wire === 'cbor' ? { CPEX_TAU_WIRE: 'cbor', ...env } : env);
    return wire === 'cbor' ? new FramesHost(program) : new LinesHost(program);
  }

  abstract send(type: string, fields: Fields): Promise<Fields>;
  protected abstract take(data: Buffer): void;

  async registration(): Promise<Fields> {
    return within('register', this.registered.promise);
  }

  async tool(name: string, args: unknown, id = `call-${name}`): Promise<Fields> {
    const fields = { tool_call_id: id, name, arguments: args, cwd: '/tmp', session_id: 's1' };
    return within(`tool ${name}`, this.send('tool_call', fields));
  }

  async hook(name: string, data: unknown): Promise<Fields> {
    return within(`hook ${name}`, this.send('hook', { name, data }));
  }

  /** Waits until so many deltas have come. */
  async deltasReach(count: number): Promise<void> {
    const later = new Later<void>();
    this.watchers.push({ count, later });
    this.notice();
    await within(`${count} deltas`, later.promise);
  }

  protected delta(fields: Fields): void {
    this.deltas.push(fields);
    this.notice();
  }

  private notice(): void {
    for (const { count, later } of this.watchers) if (this.deltas.length >= count) later.resolve();
  }
}

class LinesHost extends TauHost {
  private rest = '';
  private readonly results = new Map<string, Later<Fields>>();
  private readonly hooks: Later<Fields>[] = [];

  send(type: string, fields: Fields): Promise<Fields> {
    const later = new Later<Fields>();
    if (type === 'tool_call') this.results.set(String(fields.tool_call_id), later);
    else if (type === 'hook' || type === 'session_start') this.hooks.push(later);
    else later.resolve({});
    this.program.write(`${JSON.stringify({ type, ...fields })}\n`);
    return later.promise;
  }

  protected take(data: Buffer): void {
    const lines = (this.rest + data.toString()).split('\n');
    this.rest = lines.pop() ?? '';
    for (const line of lines) this.line(JSON.parse(line) as Fields);
  }

  private line({ type, ...fields }: Fields): void {
    if (type === 'register') this.registered.resolve(fields);
    else if (type === 'tool_result') this.results.get(String(fields.tool_call_id))?.resolve(fields);
    else if (type === 'hook_result') this.hooks.shift()?.resolve(fields);
    else if (type === 'output_delta') this.delta(fields);
    else if (type === 'server_request') {
      const request = fields.request as Fields;
      this.requests.push(request);
      const response = { type: 'server_response', request_id: fields.request_id, response: this.respond(request) };
      this.program.write(`${JSON.stringify(response)}\n`);
    } else throw new Error(`a line of the type ${String(type)}`);
  }
}

/** One frame: length, kind, api, slot, CBOR. */
export function frame(kind: number, api: number, slot: number, item: Uint8Array): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32LE(4 + item.length, 0);
  head.writeUInt8(kind, 4);
  head.writeUInt16LE(api, 5);
  head.writeUInt8(slot, 7);
  return Buffer.concat([head, item]);
}

/** Frames out of a stream. */
export class FrameReader {
  private rest = Buffer.alloc(0);
  *read(data: Buffer): Generator<Buffer> {
    this.rest = Buffer.concat([this.rest, data]);
    while (this.rest.length >= 4 && this.rest.length >= 4 + this.rest.readUInt32LE(0)) {
      const end = 4 + this.rest.readUInt32LE(0);
      yield this.rest.subarray(0, end);
      this.rest = this.rest.subarray(end);
    }
  }
}

class FramesHost extends TauHost {
  private readonly reader = new FrameReader();
  private readonly slots: (Later<Fields> | undefined)[] = [];

  send(type: string, fields: Fields): Promise<Fields> {
    const later = new Later<Fields>();
    const free = this.slots.indexOf(undefined);
    const slot = free < 0 ? this.slots.length : free;
    this.slots[slot] = later;
    const [variant = '', parameter = ''] = VARIANTS[type] ?? [];
    const body = parameter === '' ? fields : { [parameter]: fields };
    const message = type === 'idle' ? variant : { [variant]: body };
    this.program.write(frame(0, 1, slot, encode(message, { float64: true })));
    return later.promise;
  }

  protected take(data: Buffer): void {
    for (const bytes of this.reader.read(data)) this.frame(bytes);
  }

  private frame(bytes: Buffer): void {
    const [kind, api, slot] = [bytes.readUInt8(4), bytes.readUInt16LE(5), bytes.readUInt8(7)];
    const message = decode(bytes.subarray(8)) as string | Record<string, Fields>;
    if (kind === 1 && api === 1) {
      const [value = {}] = typeof message === 'string' ? [] : Object.values(message);
      this.slots[slot]?.resolve(value);
      this.slots[slot] = undefined;
    } else if (kind === 0 && api === 2 && typeof message === 'object') {
      this.program.write(frame(1, 2, slot, encode(this.answer(message), { float64: true })));
    } else throw new Error(`a frame of the kind ${kind} and the api ${api}`);
  }

  private answer(message: Record<string, Fields>): unknown {
    const [[variant, body] = ['', {}]] = Object.entries(message);
    if (variant === 'Register') this.registered.resolve(body.reg as Fields);
    else if (variant === 'OutputDelta') this.delta(body);
    else if (variant === 'ServerRequest') {
      this.requests.push(body.req as Fields);
      return { [variant]: this.respond(body.req as Fields) };
    } else throw new Error(`a call of ${variant}`);
    return variant;
  }
}
