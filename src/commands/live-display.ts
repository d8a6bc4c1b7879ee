import type { LiveProgress } from '../report/live-progress.js';
import type { WorkFlags } from './base.js';
import { inCi } from './terminal.js';

/** The spinner display for stderr, where that is a terminal and nothing else writes to it. */
export async function liveDisplay(flags: WorkFlags): Promise<LiveProgress | undefined> {
  if (!process.stderr.isTTY || inCi() || flags.json || flags.verbose) return undefined;
  // A terminal of no size, as some recorders give: the display would cut away every line.
  if (!(process.stderr.columns > 0 && process.stderr.rows > 0)) return undefined;
  const { startLiveProgress } = await import('../report/live-progress.js');
  return startLiveProgress(process.stderr, process.cwd());
}
