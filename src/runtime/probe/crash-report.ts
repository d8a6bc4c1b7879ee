import type { CrashFacts } from '../../model/crash.js';
import { decodeFields } from '../wire/fields.js';
import { type CodePlace, type Modules, moduleAndOffset, otherPlaces, pluginFrames, readFrame } from './frames.js';
import { sourcePlaces } from './symbols.js';

/** What a probe told of a crash, in one or two frames: a broken stack may have kept the second from coming. */
export class CrashReport {
  fault: CrashFacts = {};
  private stack: readonly CodePlace[] = [];

  constructor(
    readonly signal: string,
    private readonly modules: Modules,
  ) {}

  /** Takes the fields of one frame. Those that are not well formed come from a process that is broken: they are left. */
  add(body: Buffer): void {
    let fields: readonly (readonly [string, Buffer])[];
    try {
      fields = decodeFields(body);
    } catch {
      return;
    }
    const stack = fields.filter(([name]) => name === 'frame').map(([, text]) => readFrame(text.toString()));
    if (stack.length > 0) this.stack = stack;
    else this.fault = readFacts(Object.fromEntries(fields.map(([name, value]) => [name, value.toString()])));
  }

  /** The plugin's functions in words; what else was there, without the host, where none of them was running. */
  async frames(): Promise<string[]> {
    const lines = await describeStack(this.stack, this.modules);
    return lines.length > 0 ? lines : numbered(otherPlaces(this.stack, this.modules).map(moduleAndOffset));
  }
}

const REGIONS: readonly string[] = ['guard', 'null', 'stack', 'image', 'memory', 'unmapped'];
const ACCESSES: readonly string[] = ['read', 'write', 'run'];

function readFacts(said: Readonly<Record<string, string>>): CrashFacts {
  const { address, where, access = '', region = '', why, thread, method, step } = said;
  return {
    ...(address === undefined ? {} : { address }),
    // A path in there is that of a library: its name will do.
    ...(where === undefined ? {} : { where: where.replace(/, of \/.*\/([^/]+)$/, ', of $1') }),
    ...(ACCESSES.includes(access) ? { access: access as NonNullable<CrashFacts['access']> } : {}),
    ...(REGIONS.includes(region) ? { region: region as NonNullable<CrashFacts['region']> } : {}),
    ...(why === undefined ? {} : { why }),
    ...(thread === undefined ? {} : { thread }),
    ...(method === undefined ? {} : { method }),
    ...(step === undefined ? {} : { step }),
  };
}

/** Frames that the probe sends at most. */
const MOST_FRAMES = 40;
const MOST_LINES = 12;

/** Functions of the runtimes that are linked into plugins: nobody who wrote a plugin looks for a mistake there. */
const RUNTIME = /^(runtime\.|_cgoexp_|_cgo_|crosscall|x_cgo_|std::|core::|alloc::|__rustc::|_?rust_(begin|panic))/;

/**
 * Lines such as `#0 plugin.so+0x1139 parse at parse.c:12`; empty where no function of the plugin's author was running.
 */
export async function describeStack(stack: readonly CodePlace[], modules: Modules): Promise<string[]> {
  const own = pluginFrames(stack, modules);
  if (own.length === 0) return [];
  const places = await sourcePlaces(
    modules.plugin,
    own.map(({ offset }) => offset),
  );
  const nameOf = ({ offset, symbol }: CodePlace) => places.get(offset)?.name ?? symbol;
  const written = own.filter((frame) => !RUNTIME.test(nameOf(frame)));
  const lines = written.map((frame) => {
    const { name, line } = places.get(frame.offset) ?? {};
    const words = name === undefined ? moduleAndOffset(frame) : `${moduleAndOffset({ ...frame, symbol: '' })} ${name}`;
    const calls = frame.inside === undefined ? '' : `, in ${frame.inside}`;
    return `${words}${line === undefined ? '' : ` at ${line}`}${calls}`;
  });
  return numbered(lines);
}

/** Each line with its number; one that comes again and again is said once. */
function numbered(lines: readonly string[]): string[] {
  const told: string[] = [];
  for (let at = 0; at < lines.length && told.length < MOST_LINES; ) {
    let next = at + 1;
    while (next < lines.length && lines[next] === lines[at]) next++;
    const again = next - at === 1 ? '' : ` (${next - at} times${next === MOST_FRAMES ? ' and more' : ''})`;
    told.push(`#${at} ${lines[at]}${again}`);
    at = next;
  }
  return told;
}
