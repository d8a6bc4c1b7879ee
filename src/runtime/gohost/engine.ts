import type { Engine } from '../../model/session.js';
import { channelEngine } from '../probe/engine.js';
import { goCrash } from './endings.js';

/**
 * The engine that loads a plugin in the reference host in Go. It speaks to cpex as the probe does and has none of its
 * experiments.
 * @param prepare builds the host; asked once, before the first session
 * @returns an engine whose `start` rejects as that of the probe
 */
export function goEngine(prepare: () => Promise<string>): Engine {
  return channelEngine('go', async () => ({
    argv: [],
    file: await prepare(),
    env: {},
    windows: false,
    experiments: false,
    crashed: goCrash,
  }));
}
