import { runTrial, type Subject } from '../../subject.js';
import { languageFacts } from '../languages.js';
import { policyOf } from '../policy.js';
import { fault } from '../probe-test.js';
import type { TestOutcome } from '../types.js';

const ID = 'life.abi-ahead';

/** A version of the ABI that no plugin knows. */
const AHEAD = 999;

/** A host of another ABI version: the plugin refuses, is shut down and unloaded, as hosts do. */
export async function abiAhead(subject: Subject): Promise<TestOutcome> {
  const { profile, language } = subject;
  const { native } = profile;
  if (native === undefined) return { findings: [], unproven: 'needs a library' };
  const rules = {
    ...native,
    abiVersion: AHEAD,
    shutdownRefused: true,
    ...(languageFacts(language).notUnloadable === undefined ? { unloadRefused: true as const } : {}),
  } as const;
  const ahead = { ...subject, profile: { ...profile, native: rules } };
  const { ending, value } = await runTrial(ahead, {}, async ({ plugin }) => plugin.session.abiVersion);
  if (value !== undefined) {
    const evidence = [`host: version ${AHEAD}`, `plugin: init returned 0, version ${value}`];
    return { findings: [fault(ID, `The plugin says that it speaks version ${AHEAD} of the ABI.`, evidence)] };
  }
  if (ending.kind !== 'refused') return { findings: [], ending };
  // The version in its table says that it is not one for this host, which some hosts find enough.
  if (ending.stage === 'version' && policyOf(profile.name).refusesOtherHosts) {
    const evidence = [`host: version ${AHEAD}`, `plugin: init returned 0, version ${ending.code}`];
    const finding = fault(ID, `Init returned 0 to a host with version ${AHEAD} of the ABI.`, evidence);
    return { findings: [{ ...finding, remedy: 'Fill in the table, then return another value than 0.' }] };
  }
  if (ending.stage === 'init' || ending.stage === 'version') return { findings: [] };
  return { findings: [], ending };
}
