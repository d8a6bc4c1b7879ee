import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Language } from '../../src/model/target.js';
import { FrameReader, frame, Program, within } from './host.js';
import { missingToolchain, TauProject } from './project.js';

/** Whole frames of tau's framed service, as hex. */
const VECTORS = {
  register:
    '3700000000020000a1685265676973746572a163726567a4646e616d6565736d6f6b6565746f6f6c738065686f6f6b738068636f6d6d616e647380',
  registered: '0d00000001020000685265676973746572',
  init: '2700000000010000a164496e6974a163637478a263637764642f746d706a73657373696f6e5f6964627331',
  initialised: '090000000101000064496e6974',
  toolCall:
    '4f00000000010001a168546f6f6c43616c6ca16463616c6ca46c746f6f6c5f63616c6c5f696463746331646e616d65646563686f69617267756d656e7473a1676d65737361676562686963637764642f746d70',
  toolResult:
    '4c00000001010001a168546f6f6c43616c6ca36c746f6f6c5f63616c6c5f69646374633167636f6e74656e7481a2647479706564746578746474657874684543484f3a2068696869735f6572726f72f4',
  delta: '2f00000000020001a16b4f757470757444656c7461a26c746f6f6c5f63616c6c5f6964637463316474657874666c696e652031',
  deltaTaken: '10000000010200016b4f757470757444656c7461',
  cancel: '2600000000010002a16e43616e63656c546f6f6c43616c6ca16c746f6f6c5f63616c6c5f696463746331',
  cancelled: '13000000010100026e43616e63656c546f6f6c43616c6c',
  idle: '09000000000100006449646c65',
  idled: '09000000010100006449646c65',
  noHookResult:
    '3700000001010000a164486f6f6ba3676d657373616765f66d73797374656d5f70726f6d7074f672746f6f6c5f726573756c745f617070656e64f6',
  request:
    '3500000000020002a16d53657276657252657175657374a163726571a3647479706569666972655f686f6f6b646e616d656168646461746180',
  responded: '1c00000001020002a16d53657276657252657175657374a16474797065626f6b',
};

/** Sends frames, and checks those that come. */
class Frames {
  readonly program: Program;
  private readonly reader = new FrameReader();
  private readonly ready: string[] = [];
  private wake: () => void = () => undefined;

  constructor(program: string, fixture: string) {
    this.program = new Program([program], { CPEX_TAU_WIRE: 'cbor', FIXTURE: fixture });
    this.program.child.stdout?.on('data', (data: Buffer) => {
      for (const bytes of this.reader.read(data)) this.ready.push(bytes.toString('hex'));
      this.wake();
    });
  }

  send(hex: string): void {
    this.program.write(Buffer.from(hex, 'hex'));
  }

  async next(): Promise<string> {
    while (this.ready.length === 0) {
      await within('a frame', new Promise<void>((resolve) => (this.wake = resolve)));
    }
    return this.ready.shift() ?? '';
  }
}

/** A call of the plugin in hex. */
function request(item: string, slot = 0): string {
  return frame(0, 1, slot, Buffer.from(item.replaceAll(' ', ''), 'hex')).toString('hex');
}

const text = (value: string) => Buffer.concat([Buffer.from([0x60 + value.length]), Buffer.from(value)]).toString('hex');
const toolCall = (id: string, tool: string, args: string) =>
  `a1${text('ToolCall')}a1${text('call')}a3${text('tool_call_id')}${text(id)}${name}${text(tool)}${text('arguments')}${args}`;
const [hook, name, data] = [`${text('Hook')}a1${text('req')}`, text('name'), text('data')];
const unheard = text('h');

describe.each(['go', 'rust', 'c'] as const)('frames of a plugin in %s', (language: Language) => {
  const missing = missingToolchain(language);
  let project: TauProject;
  let program: string;
  let empty: string;
  const open: Frames[] = [];
  beforeAll(() => {
    if (missing !== undefined) return;
    project = new TauProject(language).useFixture();
    program = project.build();
    empty = language === 'c' ? project.build('-DFIXTURE_EMPTY') : program;
  });
  afterAll(() => {
    for (const one of open) one.program.kill();
    project?.remove();
  });
  const start = (fixture = '') => {
    const frames = new Frames(fixture === 'empty' ? empty : program, fixture);
    open.push(frames);
    return frames;
  };

  it.skipIf(missing !== undefined)('are those of the vectors, byte for byte', async () => {
    const frames = start('empty');
    expect(await frames.next()).toBe(VECTORS.register);
    frames.send(VECTORS.registered);
    frames.send(VECTORS.init);
    expect(await frames.next()).toBe(VECTORS.initialised);
    frames.send(VECTORS.cancel);
    expect(await frames.next()).toBe(VECTORS.cancelled);
    frames.send(request(`a1${hook}a2${name}${unheard}${data}80`));
    expect(await frames.next()).toBe(VECTORS.noHookResult);
    frames.send(VECTORS.idle);
    expect(await frames.next()).toBe(VECTORS.idled);
    expect(await frames.program.ended).toBe(0);
  });

  it.skipIf(missing !== undefined)('of tools, output and requests are those of the vectors', async () => {
    const frames = start();
    await frames.next();
    frames.send(VECTORS.toolCall);
    expect(await frames.next()).toBe(VECTORS.toolResult);
    // The registration has no reply yet, so the next slots are 1 and 2.
    frames.send(request(toolCall('tc1', 'slow', `a1${text('lines')}01`), 1));
    expect(await frames.next()).toBe(VECTORS.delta);
    const fields = `a2${name}${unheard}${data}80`;
    frames.send(request(toolCall('tc2', 'ask', `a2${text('kind')}${text('fire_hook')}${text('fields')}${fields}`), 4));
    expect(await frames.next()).toBe(VECTORS.request);
    frames.send(VECTORS.responded);
    expect(await frames.next()).toMatch(/^.{8}01010004/);
    frames.send(VECTORS.deltaTaken);
    expect(await frames.next()).toMatch(/^.{8}01010001/);
    expect(await frames.program.close()).toBe(0);
  });

  it.skipIf(missing !== undefined).each([
    ['a unit variant with null', `a1${text('Idle')}f6`, 'idle'],
    ['a unit variant with an empty map', `a1${text('Idle')}a0`, 'idle'],
    [
      'maps and arrays of indefinite length',
      `a1${text('Hook')}bf${text('req')}bf${name}${unheard}${data}9fbf${name}01ffffffff`,
    ],
    ['null in free data', `a1${hook}a2${name}${unheard}${data}f6`],
    ['a single-precision float in free data', `a1${hook}a2${name}${unheard}${data}fa3fc00000`],
    ['an integer that is wider than needed', `a1${hook}a2${name}${unheard}${data}1b0000000000000007`],
    ['an unknown field', `a1${hook}a3${name}${unheard}${text('more')}07${data}80`],
    ['bytes after the message', `a1${hook}a2${name}${unheard}${data}80ffff`],
  ])('take %s', async (_, item, kind = 'hook') => {
    const frames = start();
    await frames.next();
    frames.send(request(item));
    expect(await frames.next()).toBe(kind === 'hook' ? VECTORS.noHookResult : VECTORS.idled);
    if (kind === 'hook') expect(await frames.program.close()).toBe(0);
  });

  it.skipIf(missing !== undefined).each([
    ['an outer map of indefinite length', `bf${hook}a2${name}${unheard}${data}80ff`],
    ['a text in pieces', `a1${hook}a2${name}7f6168ff${data}80`],
    ['a byte string for a text', `a1${hook}a2${name}4168${data}80`],
    ['undefined', `a1${hook}a2${name}${unheard}${data}f7`],
    ['a tag', `a1${hook}a2${name}${unheard}${data}c000`],
    ['a half float', `a1${hook}a2${name}${unheard}${data}f93e00`],
    ['a number for a text', `a1${hook}a2${name}07${data}80`],
    ['an unknown variant', `a1${text('Steer')}a0`],
    ['a variant in snake case', `a1${text('hook')}a1${text('req')}a2${name}${unheard}${data}80`],
    ['a missing field', `a1${hook}a1${name}${unheard}`],
    ['an array for a struct', `a1${hook}82${unheard}80`],
    ['text that is not UTF-8', `a1${hook}a2${name}61ff${data}80`],
    ['a map with two entries', `a2${text('Idle')}f6${text('Idle')}f6`],
    ['a message that is cut off', `a1${hook}a2${name}`],
    ['a length beyond the frame', `a1${hook}a2${name}${unheard}${data}9bffffffffffffffff`],
    ['nesting without end', `a1${hook}a2${name}${unheard}${data}${'81'.repeat(5000)}`],
  ])('refuse %s and end with 1', async (_, item) => {
    const frames = start();
    await frames.next();
    frames.send(request(item));
    expect(await within('the end', frames.program.ended)).toBe(1);
    expect(frames.program.stderr).toContain('cpex: ');
    expect(frames.program.stderr).not.toMatch(/panic|Sanitizer/);
  });

  it.skipIf(missing !== undefined).each([
    ['an unknown kind', '0500000007010000f6', 1],
    ['a frame shorter than its head', '0300000000010000f6', 1],
    ['an endless frame', 'ffffffff00010000f6', 1],
    ['a reply in a slot without a call', '0d00000001020009685265676973746572', 1],
    ['a reply to another call', '10000000010200006b4f757470757444656c7461', 1],
    ['the end within a frame', '0d00000001', 1],
    ['a call of another service, and the end', '0900000000090000644964' + '6c65', 0],
  ])('with %s end with the right status', async (_, bytes, code) => {
    const frames = start();
    await frames.next();
    frames.send(bytes);
    expect(await frames.program.close()).toBe(code);
  });
});
