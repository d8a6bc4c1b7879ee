import type { RunContext } from '../../model/context.js';
import { CpexError } from '../../support/errors.js';
import type { Subject } from '../subject.js';
import { type CorpusFile, saveCase } from './corpus-files.js';
import { sentence } from './report.js';
import { fuzz, smaller } from './run.js';
import { type Found, FUZZERS, type Fuzzer, type FuzzOptions, likeness } from './types.js';

/** How long each fuzzer works before the next has its turn, and how long a failure is made smaller, in milliseconds. */
const TURN_MS = 2000;
const SHRINK_MS = 10_000;

/** Turns take seeds that lie far apart, so that none repeats what another has made. */
const SEED_STEP = 1_000_003;

export interface CampaignOptions {
  readonly seed: number;
  /** Milliseconds for all turns together. */
  readonly ms: number;
  /** Plugin processes at the same time. */
  readonly jobs: number;
  readonly method?: string;
  /** What was found before, to begin with. */
  readonly corpus: readonly CorpusFile[];
  /** Where new cases are written. */
  readonly folder: string;
  /** Told after every turn, and now and then within one. */
  readonly progress: (state: CampaignState) => void;
}

/** How far a campaign is. */
export interface CampaignState {
  readonly elapsedMs: number;
  readonly calls: number;
  readonly failures: number;
}

/** One kind of failure that a campaign has met. */
export interface CampaignFailure {
  readonly found: Found;
  /** The case in the corpus; absent for what no process did a second time. */
  readonly file?: string;
  /** How often it was met. */
  times: number;
}

export interface CampaignResult extends CampaignState {
  readonly callsBy: Readonly<Record<Fuzzer, number>>;
  readonly failures: number;
  readonly kinds: readonly CampaignFailure[];
  /** Fuzzers that had nothing to do, with the reason. */
  readonly idle: Readonly<Partial<Record<Fuzzer, string>>>;
}

/** Lets the fuzzers take turns, in several processes at a time, until the time is over. */
export async function runCampaign(
  subject: Subject,
  options: CampaignOptions,
  context: Pick<RunContext, 'signal' | 'emit'>,
): Promise<CampaignResult> {
  return new Campaign(subject, options, context).run();
}

class Campaign {
  private readonly started = performance.now();
  private readonly callsBy: Record<Fuzzer, number> = { bytes: 0, struct: 0, seq: 0, host: 0 };
  private readonly kinds = new Map<string, CampaignFailure>();
  private readonly idle: Partial<Record<Fuzzer, string>> = {};
  private turns = 0;

  constructor(
    private readonly subject: Subject,
    private readonly options: CampaignOptions,
    private readonly context: Pick<RunContext, 'signal' | 'emit'>,
  ) {}

  async run(): Promise<CampaignResult> {
    // All of them, so that each has cleaned up when one was interrupted.
    const workers = await Promise.allSettled(Array.from({ length: this.options.jobs }, () => this.work()));
    const failed = workers.find((worker) => worker.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    return { ...this.state(), callsBy: this.callsBy, kinds: [...this.kinds.values()], idle: this.idle };
  }

  private state(): CampaignState {
    const calls = Object.values(this.callsBy).reduce((sum, some) => sum + some, 0);
    return { elapsedMs: performance.now() - this.started, calls, failures: this.kinds.size };
  }

  private left(): number {
    return this.options.ms - (performance.now() - this.started);
  }

  private async work(): Promise<void> {
    while (this.left() > 0) {
      if (this.context.signal.aborted) throw new CpexError('CPEX_E_INTERRUPTED', 'Interrupted.');
      const busy = FUZZERS.filter((fuzzer) => this.idle[fuzzer] === undefined);
      if (busy.length === 0) return;
      const turn = this.turns++;
      await this.turn(busy[turn % busy.length] as Fuzzer, turn);
    }
  }

  private async turn(fuzzer: Fuzzer, turn: number): Promise<void> {
    const { seed, method } = this.options;
    const options: FuzzOptions = {
      seed: (seed + turn * SEED_STEP) % 2 ** 31,
      ms: Math.min(TURN_MS, this.left()),
      ...(method === undefined ? {} : { method }),
      corpus: bodiesOf(this.options.corpus),
      onCalls: (calls) => {
        this.callsBy[fuzzer] += calls;
        this.options.progress(this.state());
      },
    };
    const { found, unproven } = await fuzz(fuzzer, this.subject, options);
    if (unproven !== undefined) this.idle[fuzzer] = unproven;
    if (found !== undefined) await this.keep(found);
    this.options.progress(this.state());
  }

  /** A failure that looks like one that is known is counted and not looked at any further. */
  private async keep(found: Found): Promise<void> {
    const key = looks(found);
    const known = this.kinds.get(key);
    if (known !== undefined) known.times++;
    // One that a fresh process shows again is worth more than one that none did.
    if (known !== undefined && (known.found.confirmed || !found.confirmed)) return;
    const entry: CampaignFailure = { found, times: known?.times ?? 1 };
    this.kinds.set(key, entry);
    const small = await smaller(this.subject, found, SHRINK_MS);
    const about = sentence(small, this.subject);
    const file = small.confirmed ? await saveCase(this.options.folder, small.case, about) : undefined;
    // While this one was made smaller others may have been counted.
    this.kinds.set(key, { found: small, times: entry.times, ...(file === undefined ? {} : { file }) });
    this.context.emit({ type: 'note', level: 'warn', text: about });
  }
}

/** The way it ended, with the first frame of the plugin where that is known, else with the method. */
function looks({ seen, case: { steps } }: Found): string {
  const frames = seen.kind === 'died' && 'frames' in seen.ending ? seen.ending.frames : [];
  const frame = frames.find((line) => /^#\d/.test(line));
  const last = steps.at(-1);
  return `${likeness(seen)} ${frame ?? (last?.do === 'call' ? last.method : last?.do)}`;
}

function bodiesOf(corpus: readonly CorpusFile[]): ReadonlyMap<string, readonly Uint8Array[]> {
  const bodies = new Map<string, Uint8Array[]>();
  for (const { case: one } of corpus) {
    for (const step of one.steps) {
      if (step.do === 'call') bodies.set(step.method, [...(bodies.get(step.method) ?? []), step.body]);
    }
  }
  return bodies;
}
