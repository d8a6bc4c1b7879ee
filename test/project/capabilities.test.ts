import { describe, expect, it } from 'vitest';
import { readCapability } from '../../src/project/capabilities.js';
import { contractData } from '../../src/project/contract-data.js';

const contract = contractData('cpex');

describe('readCapability', () => {
  it.each([
    [
      'hook:identity_resolve',
      { capability: 'hooks', flag: 'hook', argument: 'identity.resolve', alias: 'identity_resolve' },
    ],
    ['command:notes', { capability: 'command', flag: 'command', argument: 'notes' }],
    ['step:shell-2', { capability: 'step', flag: 'step', argument: 'shell-2' }],
    ['lifecycle:after_step_end', { capability: 'lifecycle', flag: 'lifecycle', argument: 'after_step_end' }],
  ])('reads %s', (text, use) => {
    expect(readCapability(text, contract)).toEqual({ ok: true, use });
  });

  it.each([
    ['steps:shell', ' Did you mean "step"?'],
    ['lifecycle:before_buid_start', ' Did you mean "before_build_start"?'],
    ['lifecycle:build_start', ' Did you mean "before_build_start" or "after_build_start"?'],
    ['lifecycle:chain_failed', ''],
    ['step:', ''],
    ['step:My Shell', ''],
    ['lifecycle', ''],
  ])('refuses %s, with what helps', (text, hint) => {
    expect(readCapability(text, contract)).toMatchObject({ ok: false, hint });
  });
});
