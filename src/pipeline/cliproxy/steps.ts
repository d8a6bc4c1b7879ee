/** What a plugin or the host changed in one step. */
export interface Change {
  /** `body`, `header X-Name`, `model`, … */
  readonly what: string;
  /** Absent where there was none. */
  readonly before?: string;
  /** Absent where there is none any more. */
  readonly after?: string;
}

/** How a step came out. */
export type StepOutcome = 'done' | 'changed' | 'unchanged' | 'declined' | 'skipped' | 'failed' | 'ended' | 'warning';

/** One step of a request on its way through the plugins. */
export interface Step {
  /** 0 for the request itself, 1 for a model call of a plugin, and so on. */
  readonly depth: number;
  /** Method of the plugin, or the host's own doing, e.g. `load`. */
  readonly stage: string;
  /** Id of the plugin; absent for the host's own doing. */
  readonly plugin?: string;
  readonly outcome: StepOutcome;
  /** What there is to say, in one line. */
  readonly text?: string;
  readonly changes?: readonly Change[];
}

/** Takes the steps of everything that runs, in order. */
export class StepLog {
  readonly steps: Step[] = [];

  constructor(private readonly watch?: (step: Step) => void) {}

  add(step: Step): void {
    this.steps.push(step);
    this.watch?.(step);
  }

  /** A line of the host's log, in its own words where it has any. */
  warn(stage: string, text: string, plugin?: string, depth = 0): void {
    this.add({ depth, stage, outcome: 'warning', text, ...(plugin === undefined ? {} : { plugin }) });
  }
}
