import type { CpexEvent, TestReport } from '../../model/event.js';

/** The reason for what `--only` leaves out. */
export const NOT_SELECTED = 'not selected by --only';

/** Turns the events of a run and its report into one output format. */
export interface Reporter<Report = TestReport> {
  /** Text for an event as it comes; most formats have none. */
  event?(event: CpexEvent): string | undefined;
  /** Text for the end of the run. Files are named relative to `cwd` where the format wants that. */
  end(report: Report, cwd: string): string;
}

/** Verdicts that break a run. */
export const FAILING = new Set(['fail', 'crash', 'hang', 'harness-fault', 'flaky']);
