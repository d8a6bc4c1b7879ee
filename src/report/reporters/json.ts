import { EVENT_VERSION } from '../../model/event.js';
import { stringifyExact } from '../../support/exact-json.js';
import type { Reporter } from './reporter.js';

/** The whole report as one JSON object. */
export const jsonReporter: Reporter = {
  end: (report) => `${stringifyExact({ v: EVENT_VERSION, ...report })}\n`,
};

/** Every event of the run on a line of its own, as it comes; the report is the last line. */
export const ndjsonReporter: Reporter = {
  event: (event) => `${stringifyExact({ v: EVENT_VERSION, ...event })}\n`,
  end: (report) => `${stringifyExact({ v: EVENT_VERSION, type: 'report', ...report })}\n`,
};
