import type { RunContext } from '../model/context.js';
import type { Engine } from '../model/session.js';
import type { Target } from '../model/target.js';
import { probeEngine } from '../runtime/probe/engine.js';
import type { ProbeProgram } from '../runtime/probe/program.js';
import type { RunnerSettings } from '../runtime/runner.js';
import { readyProbe } from '../runtime/runner-ready.js';
import { cacheFolder, probeFor } from './probe.js';

/**
 * The C probe for a target as an engine; it is compiled, and its runner made ready, when the first session starts.
 * @param made the probe where it has been compiled already
 */
export function probeEngineFor(
  target: Target,
  settings: RunnerSettings,
  context: RunContext,
  made?: ProbeProgram,
): Engine {
  const { env, signal, emit } = context;
  return probeEngine(async () => {
    const program = made ?? (await probeFor(target, { env, signal, settings }));
    const onFirst = (folder: string) =>
      emit({ type: 'note', level: 'info', text: `Making wine's folder ${folder}, once.` });
    return readyProbe(program, { cache: cacheFolder(env), env, signal, onFirst });
  });
}
