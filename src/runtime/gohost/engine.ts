import type { Engine } from '../../model/session.js';
import { channelEngine } from '../probe/engine.js';
import { goCrash } from './endings.js';

export interface GoHostOptions {
  /** The host works by itself, too, so that its runtime collects garbage and interrupts threads all the time. */
  readonly busy?: boolean;
}

/**
 * The engine that loads a plugin in the reference host in Go. It speaks to cpex as the probe does and has none of its
 * experiments.
 * @param prepare builds the host; asked once, before the first session
 * @returns an engine whose `start` rejects as that of the probe
 */
export function goEngine(prepare: () => Promise<string>, { busy = false }: GoHostOptions = {}): Engine {
  return channelEngine('go', async () => ({
    argv: [],
    file: await prepare(),
    env: busy ? { CPEX_GOHOST_BUSY: '1' } : {},
    windows: false,
    experiments: false,
    crashed: goCrash,
  }));
}
