import type { CpexEvent, TestReport } from '../../model/event.js';

/** The reason for what `--only` leaves out. */
export const NOT_SELECTED = 'not selected by --only';

/** Turns the events of a test run into one output format. */
export interface Reporter {
  /** Text for an event as it comes; most formats have none. */
  event?(event: CpexEvent): string | undefined;
  /** Text for the end of the run. */
  end(report: TestReport): string;
}

/** Verdicts that break a run. */
export const FAILING = new Set(['fail', 'crash', 'hang', 'harness-fault', 'flaky']);
