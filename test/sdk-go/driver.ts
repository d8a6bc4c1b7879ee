import { spawnSync } from 'node:child_process';

export interface Reply {
  readonly code: number;
  /** The body, undefined for a null buffer. */
  readonly body: string | undefined;
}

/** Builds a script for host.c line by line; see there for what each line does. */
export class Script {
  readonly #lines: string[] = [];

  init(version?: number): this {
    return this.#add(version === undefined ? 'init' : `init ${version}`);
  }

  /** An undefined body is a null pointer. */
  call(method: string, body: unknown): this {
    return this.#add(`call ${method} ${hex(body)}`);
  }

  /** Init and a registration that is expected to work. */
  start(config: unknown = {}): this {
    return this.init().call('plugin.register', registration(config));
  }

  hook(name: string, more: Record<string, unknown> = {}): this {
    return this.call('hook.invoke', hookRequest('tool_pre_invoke', { name, args: {} }, more));
  }

  answer(code: number, body: unknown): this {
    return this.#add(`answer ${code} ${hex(body)}`);
  }

  reenter(method: string, body: unknown): this {
    return this.#add(`reenter ${method} ${hex(body)}`);
  }

  threads(threads: number, count: number, method: string, body: unknown): this {
    return this.#add(`threads ${threads} ${count} ${method} ${hex(body)}`);
  }

  balance(count: number, method: string, body: unknown): this {
    return this.#add(`balance ${count} ${method} ${hex(body)}`);
  }

  word(word: 'calls' | 'ledger' | 'freenull' | 'shutdown'): this {
    return this.#add(word);
  }

  /** Runs the script; throws when the host died. One line of output per line that has an answer. */
  run(host: string, library: string): Output {
    const result = spawnSync(host, [library], {
      input: `${this.#lines.join('\n')}\n`,
      encoding: 'utf8',
      timeout: 60_000,
      maxBuffer: 1 << 28,
    });
    if (result.status !== 0) throw new Error(`host ended with ${result.status ?? result.signal}:\n${result.stderr}`);
    return new Output(result.stdout.trim().split('\n'));
  }

  #add(line: string): this {
    this.#lines.push(line);
    return this;
  }
}

/** What the host printed. */
export class Output {
  constructor(readonly lines: readonly string[]) {}

  get replies(): Reply[] {
    return this.lines
      .filter((line) => line.startsWith('reply '))
      .map((line) => {
        const [, code, body] = line.split(' ');
        return {
          code: Number(code),
          body: body === '-' ? undefined : Buffer.from(body ?? '', 'hex').toString('utf8'),
        };
      });
  }

  /** The last reply as JSON. */
  get last(): { code: number; ok: boolean; result?: unknown; error?: { code: string; message: string } } {
    const reply = this.replies.at(-1);
    return { code: reply?.code, ...JSON.parse(reply?.body ?? 'null') };
  }

  /** The rest of the only line that starts with a word. */
  line(word: string): string | undefined {
    return this.lines.find((line) => line === word || line.startsWith(`${word} `))?.slice(word.length + 1);
  }
}

function hex(body: unknown): string {
  if (body === undefined) return '-';
  if (Buffer.isBuffer(body)) return body.toString('hex');
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)).toString('hex');
}

export function registration(config: unknown = {}, limit = 67_108_864) {
  return {
    host: { name: 'cpex', version: '1.0.0', features: [] },
    schema_version: 1,
    config,
    limits: { max_request_bytes: limit, max_response_bytes: limit },
  };
}

export function hookRequest(hook: string, payload: unknown, more: Record<string, unknown> = {}) {
  const context = { request_id: 'req-1', local_state: {}, global_state: {} };
  return { hook, payload, extensions: {}, context, ...more };
}
