import { describe, expect, it } from 'vitest';
import { cpexProfile } from '../../src/hosts/cpex/profile.js';
import type { Registration } from '../../src/model/profile.js';
import type { RunInput } from '../../src/model/run-request.js';

const { protocol } = cpexProfile;

/** What the host says of a registration with these capabilities. */
function findingsOf(capabilities: object): string[] {
  const metadata = { id: 'p', name: 'P', version: '1.0.0', author: 'a' };
  const { findings } = protocol.readRegistration({ schema_version: 1, metadata, capabilities });
  return findings.map(({ severity, message }) => `${severity}: ${message}`);
}

const registered = (capabilities: Readonly<Record<string, unknown>>): Registration => ({
  ...{ id: 'p', version: '1.0.0', author: 'a', raw: {} },
  capabilities,
});
const positional = (name: string, required: boolean) => ({ kind: 'positional', name, required, value_type: 'string' });
const option = (long: string, more: object = {}) => ({
  kind: 'option',
  long,
  required: false,
  value_type: 'int',
  ...more,
});
const command = (...args: object[]) => ({ command: [{ verb: 'go', about: 'Goes.', args }] });
const hook = (more: object = {}) => ({ lifecycle: [{ events: ['step_end'], phase: 'after', timeout_ms: 1, ...more }] });
const runner = (name: string, usual = false) => ({ runner: name, default: usual });

describe('a registration', () => {
  it('that declares steps, events and commands well has nothing against it', () => {
    const args = [
      positional('a', true),
      positional('b', false),
      option('n', { short: 'n', default: 3 }),
      { kind: 'flag', long: 'f' },
    ];
    const lifecycle = [
      { events: ['step_end', 'step_start'], phase: 'after', timeout_ms: 4294967295 },
      { events: ['step_end'], phase: 'before', timeout_ms: 1 },
    ];
    expect(findingsOf({ ...command(...args), step: [runner('a', true), runner('b')], lifecycle })).toEqual([]);
  });

  it.each([
    ['an empty runner', { step: [runner('')] }, 'must not be empty'],
    ['a runner with a blank', { step: [runner('a b')] }, 'must match'],
    ['a runner twice', { step: [runner('a'), runner('a')] }, 'The runner "a" is declared twice.'],
    [
      'two default runners',
      { step: [runner('a', true), runner('b', true)] },
      'Only one runner can be the default: a, b.',
    ],
    ['no time limit', hook({ timeout_ms: 0 }), 'has a time limit of 0 ms'],
    ['a negative time limit', hook({ timeout_ms: -1 }), 'must fit into uint32'],
    ['an unknown event', hook({ events: ['step_ended'] }), 'must be one of build_start'],
    ['an event that nobody can ask for', hook({ events: ['chain_failed'] }), 'must be one of build_start'],
    ['an unknown phase', hook({ phase: 'during' }), 'must be one of before, after'],
    ['an event twice', hook({ events: ['step_end', 'step_end'] }), 'The event "after step_end" is asked for twice.'],
    ['a verb twice', { command: [...command().command, ...command().command] }, 'The command "go" is declared twice.'],
    ['an argument twice', command(positional('x', true), option('x')), 'has two arguments of the name "x"'],
    ['a letter twice', command(option('a', { short: 'x' }), option('b', { short: 'x' })), 'uses -x twice'],
    [
      'a required argument behind an optional one',
      command(positional('a', false), positional('b', true)),
      'requires "b" after an argument that may be left out',
    ],
    ['a default of another type', command(option('n', { default: '3' })), 'has a default for "n" that is no int'],
  ])('with %s is refused', (_name, capabilities, message) => {
    const findings = findingsOf(capabilities);
    expect(findings).toEqual([expect.stringContaining(message)]);
    expect(findings[0]).toMatch(/^fail: /);
  });

  it('whose hook names no events is told of it', () => {
    expect(findingsOf(hook({ events: [] }))).toEqual([
      'warn: A life cycle hook of the phase after names no events, and hears of none.',
    ]);
  });
});

describe('sample calls', () => {
  it('are made for each runner, by its schema, and for each event in its phase', () => {
    const step_schema = {
      type: 'object',
      required: ['commands', 'mode', 'deep', 'self'],
      properties: {
        commands: { type: 'array', minItems: 1, items: { type: 'array', items: { type: 'string' } } },
        mode: { enum: ['fast', 'slow'] },
        deep: { type: 'object', required: ['n'], properties: { n: { type: 'integer', minimum: 4 } } },
        optional: { type: 'string' },
        self: {},
      },
    };
    const capabilities = {
      step: [{ ...runner('r'), step_schema }],
      lifecycle: [{ events: ['step_log'], phase: 'before', timeout_ms: 1 }],
    };
    const calls = protocol.sampleCalls(registered(capabilities));
    expect(calls.map(({ method, capability }) => `${capability} ${method}`)).toEqual([
      'step step.execute',
      'lifecycle lifecycle.event',
    ]);
    const args = { commands: [[]], mode: 'fast', deep: { n: 4 }, self: {} };
    expect(calls[0]?.request).toMatchObject({ step: { runner: 'r', args }, workspace_archive_id: 'workspace' });
    expect(calls[1]?.request).toEqual({
      event: { kind: 'step_log', build_id: 'sample', step_id: 'sample', key: 'sample', stream: 'stdout', data: 'aGkK' },
      phase: 'before',
    });
  });

  it('end where a schema of a plugin refers to itself or is no schema', () => {
    const round: Record<string, unknown> = { type: 'object', required: ['again'], properties: {} };
    (round.properties as Record<string, unknown>).again = round;
    for (const step_schema of [round, { required: 'x', enum: 3, properties: [] }, { type: ['null', 'string'] }]) {
      expect(protocol.sampleCalls(registered({ step: [{ ...runner('r'), step_schema }] }))).toHaveLength(1);
    }
  });
});

describe('the words of cpex run', () => {
  const plugin = registered({ step: [runner('a'), runner('b', true)], ...hook() });
  const read = (words: string[], input: Partial<RunInput> = {}, of = plugin) =>
    protocol.readWords(words, { env: {}, ...input }, of);

  it('step take the runner that is named, the default one, or the only one', () => {
    expect(read(['step', 'a'])).toMatchObject({
      method: 'step.execute',
      form: 'step',
      request: { step: { runner: 'a' } },
    });
    expect(read(['step'], { data: { x: 1 } })).toMatchObject({ request: { step: { runner: 'b', args: { x: 1 } } } });
    expect(read(['step'], {}, registered({ step: [runner('a')] }))).toMatchObject({
      request: { step: { runner: 'a' } },
    });
  });

  const withSchema = (step_schema: object) => registered({ step: [{ ...runner('r'), step_schema }] });
  const checked = async (step_schema: object, data: unknown) => {
    const request = read(['step', 'r'], { data }, withSchema(step_schema));
    if (request.kind === 'call') await request.check?.();
  };

  it('step are held to the schema of the runner, with the place', async () => {
    const commands = { type: 'array', items: { type: 'array', items: { type: 'string' } }, minItems: 1 };
    const schema = { type: 'object', properties: { commands }, required: ['commands'], additionalProperties: false };
    await checked(schema, { commands: [['make']] });
    await expect(checked(schema, { commands: [['make', 3]], comands: 1 })).rejects.toMatchObject({
      code: 'CPEX_E_STEP_ARGS',
      evidence: [
        'args.comands: expected one of commands, found the key "comands". Did you mean "commands"?',
        'args.commands[0][1]: expected text in quotes, found 3.',
      ],
    });
    await expect(checked(schema, {})).rejects.toMatchObject({
      evidence: ['args: expected the key "commands", found none.'],
    });
    await expect(checked({ oneOf: [{ required: ['a'] }, { required: ['b'] }] }, {})).rejects.toThrow('do not fit');
    await expect(checked({ not: {} }, {})).rejects.toThrow('do not fit');
    // Only what a user wrote is held to it: samples are passed over where a schema is beyond them.
    expect(read(['step', 'r'], {}, withSchema(schema))).not.toHaveProperty('check');
  });

  it.each([
    {
      $schema: 'http://json-schema.org/draft-07/schema#',
      definitions: { n: { type: 'integer' } },
      properties: { n: { $ref: '#/definitions/n' } },
    },
    { properties: { n: { type: ['integer', 'null'], format: 'int64', minimum: 3 } }, 'x-own': true },
    { $async: true, properties: { n: { type: 'number' } } },
    { $ref: 'https://example.org/nowhere.json' },
    { required: 'x', properties: [] },
    { properties: { s: { pattern: '(' } } },
  ])('step that fit, and schemas that cannot be used, are let through: %j', async (schema) => {
    await checked(schema, { n: 2n ** 63n, s: 'text' });
  });

  it('event take the phase that the plugin asked for, and its time limit', () => {
    expect(read(['event', 'step_end'], { data: { exit_code: 3, more: [1] } })).toMatchObject({
      method: 'lifecycle.event',
      request: { event: { kind: 'step_end', exit_code: 3, more: [1], key: 'sample' }, phase: 'after' },
      deadlineMs: 1,
      findings: [],
    });
    expect(read(['event', 'step_end'], { phase: 'before' })).toMatchObject({
      request: { phase: 'before' },
      findings: [{ message: 'The plugin did not ask for step_end in the phase before; a build would not tell it.' }],
    });
    expect(read(['event', 'chain_failed'])).toMatchObject({
      request: { event: { kind: 'chain_failed', message: 'sample' } },
    });
  });

  it.each([
    [['step', 'c'], {}, 'CPEX_E_RUNNER_UNKNOWN'],
    [['step', 'a', 'x'], {}, 'CPEX_E_USAGE'],
    [['step'], { data: 3 }, 'CPEX_E_USAGE'],
    [['step'], { phase: 'before' }, 'CPEX_E_USAGE'],
    [['event'], {}, 'CPEX_E_USAGE'],
    [['event', 'no'], {}, 'CPEX_E_EVENT_UNKNOWN'],
    [['event', 'step_end'], { archive: '/x' }, 'CPEX_E_USAGE'],
    [['hook', 'tool_pre_invoke'], { archive: '/x' }, 'CPEX_E_USAGE'],
    [['event', 'step_end'], { data: [] }, 'CPEX_E_USAGE'],
  ])('%j with %j are refused', (words, input, code) => {
    expect(() => read(words, input)).toThrow(expect.objectContaining({ code }));
  });

  it('step name the runners that there are', () => {
    const two = registered({ step: [runner('a'), runner('b')] });
    expect(() => read(['step'], {}, two)).toThrow(expect.objectContaining({ evidence: ['runners: a, b'] }));
    expect(() => read(['step'], {}, registered({}))).toThrow('No plugin offers a runner.');
  });
});
