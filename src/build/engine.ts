import path from 'node:path';
import type { RunContext } from '../model/context.js';
import type { Manifest } from '../model/manifest.js';
import type { Engine, Transport } from '../model/session.js';
import type { Target } from '../model/target.js';
import { hostTarget } from '../project/targets/host.js';
import { nativeEngine } from '../runtime/native/engine.js';
import { findRunner, isNative, noRunner, type RunnerSettings } from '../runtime/runner.js';
import { CpexError, isCpexError } from '../support/errors.js';

/**
 * What can load a plugin: koffi in Node and the reference host in Go for this machine's own libraries, the C probe for
 * any.
 */
export const ENGINES = ['koffi', 'probe', 'go'] as const;
export type EngineName = (typeof ENGINES)[number];

export interface EngineWish {
  readonly target: Target;
  /** How the plugin's host meets it; `native` when absent. */
  readonly transport?: Transport;
  /** koffi for what this machine itself runs, the probe for everything else, when absent. */
  readonly engine?: EngineName;
  /** Command line that runs the target's programs; implies the probe. */
  readonly runner?: string;
  readonly manifest?: Pick<Manifest, 'runners'>;
}

/** Milliseconds to start in the probe: an emulator has to translate the plugin's code first. */
const PROBE_START = 30_000;

/** The limit for a start that nobody set, in milliseconds; undefined for the usual one. */
export function startLimit(engine: Engine): number | undefined {
  return engine.name === 'probe' ? PROBE_START : undefined;
}

/**
 * The engine for a target. A probe is compiled and its runner made ready when the first session starts; what runs it
 * is known before.
 * @throws CpexError `CPEX_E_USAGE` for wishes that exclude each other, `CPEX_E_RUNNER_*` where nothing can run it
 */
export async function engineFor(wish: EngineWish, context: RunContext): Promise<Engine> {
  const { target, manifest } = wish;
  const settings: RunnerSettings = {
    ...(wish.runner === undefined ? {} : { flag: wish.runner }),
    ...(manifest?.runners === undefined ? {} : { manifest: manifest.runners }),
  };
  // What excludes itself does so on every machine, whatever runs there.
  const own = wish.engine === 'koffi' || wish.engine === 'go' ? wish.engine : undefined;
  if (own !== undefined && (wish.runner !== undefined || !isNative(target, hostTarget()))) throw onlyProbe(own, wish);
  const { transport = 'native' } = wish;
  if (transport !== 'native' && wish.engine !== undefined) throw onlyLibraries(wish.engine);
  const found = await findRunner(target, context.env, settings);
  if (found.state !== 'found') throw noRunner(target.name, found);
  if (transport !== 'native') {
    const { processEngine } = await import('./process-engine.js');
    return processEngine(transport, found.runner);
  }
  if (own === 'koffi') return nativeEngine();
  if (own === 'go') return goEngineOf(context);
  if (wish.engine === undefined && found.runner.kind === 'native') return nativeEngine();
  // Most sessions are koffi's.
  const { probeEngineFor } = await import('./probe-engine.js');
  const [program] = found.runner.argv;
  const under = program === undefined ? {} : { under: path.basename(program) };
  return { ...probeEngineFor(target, settings, context), ...under };
}

/** An engine for tests, and why it is not the probe where it is not. */
export interface Judge {
  readonly engine: Engine;
  readonly noProbe?: string;
}

/**
 * The engine for tests of a target: the probe, which sees more and starts faster, wherever a C compiler can make it.
 * @throws CpexError as `engineFor`; for other targets than the machine's own also what the probe's compiler lacks
 */
export async function judgeFor(wish: EngineWish, context: RunContext): Promise<Judge> {
  if (wish.transport !== undefined && wish.transport !== 'native') return { engine: await engineFor(wish, context) };
  if (wish.engine === 'koffi' || wish.engine === 'go') {
    return { engine: await engineFor(wish, context), noProbe: `${wish.engine} was asked for` };
  }
  if (wish.engine !== undefined || wish.runner !== undefined || !isNative(wish.target, hostTarget())) {
    return { engine: await engineFor(wish, context) };
  }
  try {
    const { probeFor } = await import('./probe.js');
    const program = await probeFor(wish.target, { env: context.env, signal: context.signal });
    const { probeEngineFor } = await import('./probe-engine.js');
    return { engine: probeEngineFor(wish.target, {}, context, program) };
  } catch (error) {
    if (!isCpexError(error) || !/^CPEX_E_(BUILD_TOOL|PROBE_BUILD|RUNNER)/.test(error.code)) throw error;
    return { engine: await engineFor(wish, context), noProbe: error.message };
  }
}

/** Built at once, so that what it lacks is said before a test has begun. */
async function goEngineOf(context: RunContext): Promise<Engine> {
  if (process.platform === 'win32') {
    throw new CpexError('CPEX_E_USAGE', 'The engine go is not there on Windows: the host in Go loads through dlopen.', {
      remedy: 'Leave --engine away, or say --engine probe.',
    });
  }
  const { goEngineFor, goHostFor } = await import('./gohost.js');
  await goHostFor(context);
  return goEngineFor(context);
}

function onlyLibraries(engine: EngineName): CpexError {
  return new CpexError('CPEX_E_USAGE', `The engine ${engine} loads libraries, and this plugin is a process.`, {
    remedy: 'Leave --engine away.',
  });
}

function onlyProbe(engine: EngineName, { target, runner }: EngineWish): CpexError {
  const what = runner === undefined ? `libraries for ${target.name} on this machine` : 'libraries under a runner';
  return new CpexError('CPEX_E_USAGE', `The engine ${engine} cannot load ${what}.`, {
    remedy: 'Leave --engine away, or say --engine probe.',
  });
}
