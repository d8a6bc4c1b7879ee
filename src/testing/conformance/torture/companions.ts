import { realpath } from 'node:fs/promises';
import { findProfile } from '../../../hosts/registry.js';
import type { Language } from '../../../model/target.js';
import type { Field, Observation } from '../../../model/watch.js';
import { Workshop } from '../../selftest/compile.js';
import { runTrial, type Subject } from '../../subject.js';
import { crowdFields, crowdTest, experimentDeadline } from '../concurrency/crowd.js';
import { texts } from '../hygiene/snapshot.js';
import { languageFacts } from '../languages.js';
import { fault } from '../probe-test.js';
import type { TestOutcome } from '../types.js';

/** Milliseconds for which all plugins are called. */
const TOGETHER_MS = 1000;

/** The host profile that the companions were written for; what they are called with is no matter of the subject's. */
const THEIR_HOST = 'cpex';

/** A good plugin that is loaded beside the subject. */
interface Companion {
  readonly language: Language;
  readonly file: string;
}

/** Whether the plugin works, and lets others work, beside plugins in C, Go and Rust in the same process. */
export async function getsAlong(id: string, subject: Subject): Promise<TestOutcome> {
  const { companions, missing } = await companionsFor(subject);
  if (companions.length === 0) return { findings: [], unproven: missing.join('; ') };
  let seen: Observation | undefined;
  const fields = [...theirCalls(), ...companions.map(({ file }): Field => ['companion', file])];
  const how = `${companions.map(({ language }) => languageFacts(language).name).join(', ')} plugins in the process`;
  const outcome = await crowdTest(id, subject, {}, async function* ({ perform }, calls) {
    const asked = [...crowdFields(calls), ...fields, ['ms', TOGETHER_MS]] as const;
    seen = await perform('torture.companions', asked, experimentDeadline(subject, TOGETHER_MS) * 4);
    yield { how, calls, seen };
  });
  if (seen === undefined) return outcome;
  const refused = texts(seen, 'refused');
  const failed = seen.number('failed');
  if (refused.length + failed === 0) return outcome;
  // One that cannot be loaded by itself either says nothing about the subject.
  const broken = await firstBroken(companions, subject);
  if (broken !== undefined)
    return { ...outcome, unproven: `the ${broken} plugin to load beside it does not work here` };
  const message =
    refused.length > 0
      ? 'Another plugin cannot be loaded any more once this one is.'
      : 'Another plugin in the same process fails while this one is called.';
  const evidence = [...refused, ...(failed > 0 ? [`${failed} of its calls failed`] : [])];
  return { ...outcome, findings: [...outcome.findings, fault(id, message, evidence)] };
}

async function companionsFor({ artefact, language: own, signal }: Subject) {
  const workshop = new Workshop({ env: process.env, signal });
  const companions: Companion[] = [];
  const missing: string[] = [];
  for (const language of ['c', 'go', 'rust'] as const) {
    const { notTwice } = languageFacts(language);
    const lacks = language === own && notTwice !== undefined ? notTwice : await workshop.lacks(language);
    if (lacks !== undefined) {
      missing.push(lacks);
      continue;
    }
    const file = await workshop.artefact({ source: 'good', language });
    // The system would give the subject itself once more.
    if ((await realpath(file)) !== (await realpath(artefact))) companions.push({ language, file });
  }
  return { companions, missing };
}

/** The requests that the companions are called with. */
function theirCalls(): Field[] {
  const { protocol } = findProfile(THEIR_HOST);
  const { method, body } = protocol.registration({ config: {} });
  const capabilities = { hooks: ['tool_pre_invoke'] };
  const metadata = { id: 'plugin', name: 'Plugin', version: '1.0.0', author: 'Tests' };
  const { registration } = protocol.readRegistration({ schema_version: 1, metadata, capabilities });
  const [hook] = registration === undefined ? [] : protocol.sampleCalls(registration);
  if (hook === undefined) throw new TypeError('There is no sample call of a hook.');
  return [
    ['otherRegister', method],
    ['otherRegistration', body],
    ['otherMethod', hook.method],
    ['otherBody', protocol.encodeRequest(hook.request, hook.method)],
  ];
}

async function firstBroken(companions: readonly Companion[], subject: Subject): Promise<string | undefined> {
  for (const { language, file } of companions) {
    const alone = { ...subject, artefact: file, profile: findProfile(THEIR_HOST), language, config: {} };
    const { value, ending } = await runTrial(alone, {}, ({ plugin }) => plugin.register({}));
    if (value?.registration === undefined || ending.kind !== 'clean') return languageFacts(language).name;
  }
  return undefined;
}
