import { describe, expect, it } from 'vitest';
import { cpexProfile } from '../../src/hosts/cpex/profile.js';
import type { Registration } from '../../src/model/profile.js';
import { contractData } from '../../src/project/contract-data.js';
import { declaredCapabilities } from '../../src/project/declared-capabilities.js';
import { resolveTarget } from '../../src/project/targets/normalise.js';
import { compareIdentity } from '../../src/testing/conformance/identity.js';
import type { Subject } from '../../src/testing/subject.js';

const capabilities = {
  hooks: ['tool_pre_invoke', 'identity_resolve'],
  command: [{ verb: 'notes', about: 'Notes.', args: [] }],
  step: [{ runner: 'shell', default: true }],
  lifecycle: [
    { events: ['build_start', 'step_end'], phase: 'before', timeout_ms: 100 },
    { events: ['step_end'], phase: 'after', timeout_ms: 100 },
    { events: ['step_end'], phase: 'after', timeout_ms: 200 },
  ],
};
const WORDS = [
  'hook:tool_pre_invoke',
  'hook:identity_resolve',
  'command:notes',
  'step:shell',
  'lifecycle:before_build_start',
  'lifecycle:before_step_end',
  'lifecycle:after_step_end',
];

describe('declaredCapabilities', () => {
  it('says what a plugin registered in the words of cpex.yaml', () => {
    expect(declaredCapabilities({ capabilities }, contractData('cpex'))).toEqual(WORDS);
  });

  it('takes capabilities without arguments as they are', () => {
    const registered = { executor: true, scheduler: false };
    expect(declaredCapabilities({ capabilities: registered }, contractData('cliproxy'))).toEqual(['executor']);
  });
});

describe('the comparison with cpex.yaml', () => {
  const registration = { id: 'p', version: '1.0.0', author: 'A', capabilities, raw: {} } as unknown as Registration;
  const said = (texts: readonly string[]) => {
    const manifest = { id: 'p', version: '1.0.0', author: 'A', host: 'cpex', capabilities: texts };
    const subject = { artefact: '/x/p.so', target: resolveTarget('linux-x64'), profile: cpexProfile, manifest };
    return compareIdentity(subject as unknown as Subject, registration).map(({ id, severity, message }) => [
      id,
      severity,
      message,
    ]);
  };

  it('has nothing to say where both agree, whatever the spelling of a hook', () => {
    expect(said(WORDS)).toEqual([]);
    expect(said(WORDS.map((word) => word.replace('identity_resolve', 'identity.resolve')))).toEqual([]);
  });

  it('warns of what only one of them says', () => {
    const texts = [...WORDS.filter((word) => word !== 'step:shell'), 'step:make'];
    expect(said(texts)).toEqual([
      ['meta.match', 'warn', 'cpex.yaml says step:make, which the plugin does not register'],
      ['meta.match', 'warn', 'the plugin registers step:shell, of which cpex.yaml says nothing'],
    ]);
  });
});
