import { probeEngineFor } from '../../../src/build/probe-engine.js';
import { findProfile } from '../../../src/hosts/registry.js';
import type { RunContext } from '../../../src/model/context.js';
import { hostTarget } from '../../../src/project/targets/host.js';
import { type Durations, USUAL } from '../../../src/testing/conformance/durations.js';
import type { Subject } from '../../../src/testing/subject.js';

/** Long enough on a busy machine: the defects are found long before. */
const PATIENT: Durations = { ...USUAL, fuzz: 20_000 };

/** A library as the tests of the fuzzers take it, in the C probe. */
export function subjectOf(artefact: string, host = 'cpex'): Subject {
  const { signal } = new AbortController();
  const context: RunContext = { cwd: '/', env: process.env, emit: () => undefined, signal, interactive: false };
  return {
    artefact,
    target: hostTarget(),
    profile: findProfile(host),
    engine: probeEngineFor(hostTarget(), {}, context),
    config: {},
    signal,
    language: 'c',
    durations: PATIENT,
    seed: 7,
  };
}
