import type { CpexEvent, TestReport } from '../../model/event.js';

/** The reason for what `--only` leaves out. */
export const NOT_SELECTED = 'not selected by --only';

/** Turns the events of a run and its report into one output format. */
export interface Reporter<Report = TestReport> {
  /** It shows what crosses, message by message; others do not get to see that. */
  readonly traces?: true;
  /** Text for an event as it comes; most formats have none. */
  event?(event: CpexEvent): string | undefined;
  /**
   * Text for the end of the run. Files are named relative to `cwd` where the format wants that.
   * @param file where the text goes; stdout when absent
   */
  end(report: Report, cwd: string, file?: string): string;
}

/** Verdicts that break a run. */
export const FAILING = new Set(['fail', 'crash', 'hang', 'harness-fault', 'flaky']);
