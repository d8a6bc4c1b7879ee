import type { ToldStacks } from '../process/supervisor.js';
import type { ThreadStacks } from '../process/thread-evidence.js';
import { decodeFields } from '../wire/fields.js';
import { describeStack } from './crash-report.js';
import { type CodePlace, type Modules, readFrame } from './frames.js';

/** What the code of a frame of kind `Stacks` says beside its thread. */
const PRINTING = 1;
const TELLER = 2;

/** What the threads of a probe tell of where they are, as it comes in. */
export class StackTale {
  private readonly stacks = new Map<number, { who: string; frames: CodePlace[] }>();
  private readonly aside = new Set<number>();
  private printing = false;
  private finish: () => void = () => undefined;
  private readonly finished = new Promise<void>((resolve) => {
    this.finish = resolve;
  });

  constructor(private readonly modules: Modules) {}

  /** Takes one frame; see `Kind.Stacks`. */
  add(thread: number, code: number, body: Buffer): void {
    if (code === PRINTING) this.printing = true;
    else if (code === TELLER) this.aside.add(thread);
    else if (thread === 0) this.finish();
    else this.stacks.set(thread, readStack(body));
  }

  /** Resolves when the last thread has told, or the time in milliseconds is over. */
  async told(limitMs: number): Promise<ToldStacks> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, limitMs);
    });
    await Promise.race([this.finished, late]);
    clearTimeout(timer);
    return { printing: this.printing, describe: () => this.describe() };
  }

  private async describe(): Promise<ThreadStacks> {
    const threads = new Map<number, { who: string; lines: readonly string[] }>();
    for (const [id, { who, frames }] of this.stacks) {
      threads.set(id, { who, lines: await describeStack(frames, this.modules) });
    }
    return { threads, aside: this.aside };
  }
}

function readStack(body: Buffer): { who: string; frames: CodePlace[] } {
  try {
    const fields = decodeFields(body);
    const of = (wanted: string) => fields.find(([name]) => name === wanted)?.[1].toString();
    const [who = 'which the plugin had started', step] = [of('thread'), of('step')];
    return {
      who: step === undefined ? who : `${who}, ${step}`,
      frames: fields.filter(([name]) => name === 'frame').map(([, text]) => readFrame(text.toString())),
    };
  } catch {
    // Fields that are not well formed come from a process that is broken.
    return { who: '', frames: [] };
  }
}
