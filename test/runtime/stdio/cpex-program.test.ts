import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CpexFrame, FrameKind, FrameReader, frameHead } from '../../../src/runtime/stdio/cpex-frame.js';
import { Cli } from '../../testing/support/cli.js';
import { scaffold } from '../../testing/support/scaffold.js';
import { Bench, framesKit, toolchain } from '../harness.js';

const cli = new Cli();
const bench = new Bench(framesKit);
afterAll(() => {
  cli.remove();
  bench.remove();
});

/** A plugin's program with a host that writes whatever it likes. */
class Program {
  readonly exit: Promise<{
    readonly code: number | null;
    readonly stderr: string;
    readonly garbage: readonly string[];
  }>;
  private readonly child: ChildProcess;
  private readonly came: CpexFrame[] = [];
  private wake = () => undefined as unknown;

  constructor(file: string) {
    this.child = spawn(file, [], { stdio: ['pipe', 'pipe', 'pipe'], timeout: 60_000, killSignal: 'SIGKILL' });
    const garbage: string[] = [];
    const reader = new FrameReader(
      (frame) => {
        this.came.push(frame);
        this.wake();
      },
      (why) => garbage.push(why),
    );
    let stderr = '';
    this.child.stdin?.on('error', () => undefined);
    this.child.stdout?.on('data', (bytes: Buffer) => reader.push(bytes));
    this.child.stderr?.on('data', (bytes: Buffer) => {
      stderr += bytes.toString();
    });
    this.exit = once(this.child, 'close').then(([code]) => ({ code: code as number | null, stderr, garbage }));
  }

  write(bytes: Uint8Array): void {
    this.child.stdin?.write(bytes);
  }

  /** Sends a request and resolves with the next frame that comes. */
  async ask(id: number, method: string, body = ''): Promise<{ code: number; id: number; body: string }> {
    this.write(request(id, method, body));
    const [frame] = await this.frames(1);
    return { code: frame?.code ?? -1, id: frame?.id ?? 0, body: Buffer.from(frame?.body ?? []).toString() };
  }

  /** Takes the next frames, as they come. */
  async frames(count: number): Promise<CpexFrame[]> {
    const gone = this.exit.then(() => 'gone');
    while (this.came.length < count) {
      const more = new Promise((resolve) => {
        this.wake = () => resolve('more');
      });
      if ((await Promise.race([more, gone])) === 'gone') throw new Error('The plugin has ended.');
    }
    return this.came.splice(0, count);
  }

  end(): void {
    this.child.stdin?.end();
  }

  stopReading(): void {
    this.child.stdout?.destroy();
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }
}

function request(id: number, method: string, body = ''): Buffer {
  const frame = { kind: FrameKind.Request, id, during: 0, code: 0, method, body: Buffer.from(body) };
  return Buffer.concat([frameHead(frame), frame.body]);
}

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
/** Crates of the first build of a busy machine take minutes. */
const BUILD_MS = 600_000;
const INIT = '{"abi_version":1}';
const UP = { id: 1, code: 0, body: '{"ok":true,"result":{"abi_version":1}}' };

async function build(language: 'go' | 'rust'): Promise<string> {
  const project = await scaffold(cli, `framed-${language}`, language);
  const cache = path.resolve(import.meta.dirname, '../../../node_modules/.cache/sdk-rust');
  const env = { CARGO_TARGET_DIR: cache };
  const built = await cli.run(['build', '--as', 'process'], { cwd: project, env, limitMs: BUILD_MS });
  expect(built).toMatchObject({ code: 0 });
  return path.join(project, 'dist/linux-x64-process', `framed-${language}`);
}

const LANGUAGES = [
  { language: 'C', missing: toolchain('cc', '--version') === undefined, make: async () => bench.compile('behaviour') },
  { language: 'Go', missing: toolchain('go', 'version') === undefined, make: () => build('go') },
  { language: 'Rust', missing: toolchain('cargo', '--version') === undefined, make: () => build('rust') },
];

describe.each(LANGUAGES)('main of the SDK for $language', ({ language, missing, make }) => {
  let file = '';
  beforeAll(async () => {
    if (!missing) file = await make();
  }, BUILD_MS);
  const test = it.skipIf(missing);

  test('understands what comes byte by byte, and several frames at once', async () => {
    const program = new Program(file);
    for (const byte of request(1, 'cpex.init', INIT)) program.write(Buffer.of(byte));
    const [first] = await program.frames(1);
    expect({ id: first?.id, code: first?.code, body: Buffer.from(first?.body ?? []).toString() }).toEqual(UP);
    program.write(Buffer.concat([2, 3, 4].map((id) => request(id, 'cpex.other'))));
    const answers = await program.frames(3);
    expect(answers.map(({ id }) => id).sort()).toEqual([2, 3, 4]);
    for (const { body } of answers) expect(Buffer.from(body).toString()).toContain('"unknown_method"');
    expect(await program.ask(1, 'cpex.shutdown')).toEqual({ id: 1, code: 0, body: '' });
    program.end();
    expect(await program.exit).toMatchObject({ code: 0, garbage: [] });
  });

  test('takes no call before cpex.init', async () => {
    const program = new Program(file);
    expect((await program.ask(5, 'plugin.register', '{}')).body).toContain('"not_registered"');
    expect(await program.ask(1, 'cpex.init', INIT)).toEqual(UP);
    program.end();
    expect(await program.exit).toMatchObject({ code: 1 });
  });

  const whole = request(1, 'cpex.init', INIT);
  test.each([
    ['the input ends in the middle of a head', whole.subarray(0, 9)],
    ['the input ends in the middle of a body', whole.subarray(0, whole.length - 3)],
    ['the input ends in a frame of nearly 2 GiB', hex('ffffff7f 00 01000000 00000000 00000000 0100 61')],
    ['a length is beyond the limit', hex('00000080 00 01000000 00000000 00000000 0000')],
    ['a length is below that of the head', hex('0e000000 00 01000000 00000000 00000000 0000')],
    ['a method is longer than its frame', hex('10000000 00 01000000 00000000 00000000 0200 61')],
    ['a frame is of another kind', hex('0f000000 02 01000000 00000000 00000000 0000')],
    ['an answer comes to nothing', hex('0f000000 01 07000000 00000000 00000000 0000')],
  ])('ends with code 1 and says so when %s', async (_, bytes) => {
    const program = new Program(file);
    program.write(bytes);
    program.end();
    const { code, stderr, garbage } = await program.exit;
    expect({ code, garbage }).toEqual({ code: 1, garbage: [] });
    expect(stderr).toContain('got from its host what is no frame, and ends');
  });

  test('ends with code 1 at an end of file that no shutdown came before', async () => {
    const program = new Program(file);
    program.end();
    expect(await program.exit).toMatchObject({ code: 1, stderr: '' });
  });

  test('ends with code 1 when nobody reads its answers', async () => {
    const program = new Program(file);
    expect(await program.ask(1, 'cpex.init', INIT)).toEqual(UP);
    program.stopReading();
    program.write(request(2, 'cpex.other'));
    expect(await program.exit).toMatchObject({ code: 1, garbage: [] });
  });

  test('is ended by a signal, as any program', async () => {
    const program = new Program(file);
    expect(await program.ask(1, 'cpex.init', INIT)).toEqual(UP);
    program.kill('SIGTERM');
    expect(await program.exit).toMatchObject({ code: null });
  });

  const inC = language === 'C' ? '' : ' (needs the program in C)';
  it.skipIf(missing || inC !== '')(`ends at the end of file while calls run${inC}`, async () => {
    const program = new Program(file);
    expect(await program.ask(1, 'cpex.init', INIT)).toEqual(UP);
    program.write(Buffer.concat([request(2, 'hang'), request(3, 'spin')]));
    expect(await program.ask(4, 'echo', 'others wait for nobody')).toMatchObject({ id: 4 });
    program.end();
    expect(await program.exit).toMatchObject({ code: 1, garbage: [] });
  });

  it.skipIf(missing || inC !== '')(`sends what the plugin prints to standard error${inC}`, async () => {
    const program = new Program(file);
    expect(await program.ask(1, 'cpex.init', INIT)).toEqual(UP);
    expect(await program.ask(2, 'flood', '1048576')).toMatchObject({ id: 2, body: 'done' });
    await program.ask(1, 'cpex.shutdown');
    program.end();
    const { code, stderr, garbage } = await program.exit;
    expect({ code, garbage, printed: stderr.length }).toEqual({ code: 0, garbage: [], printed: 1 << 20 });
  });
});
