import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { evaluateHook, hookRequest } from '../../src/hosts/cpex/hooks.js';
import { cpexProfile } from '../../src/hosts/cpex/profile.js';
import { findProfile } from '../../src/hosts/registry.js';
import { checkShape } from '../../src/hosts/schema-check.js';
import { TARGETS } from '../../src/project/targets/table.js';
import { userDataFolder } from '../../src/support/user-folders.js';

const { protocol, contract, layout } = cpexProfile;

const good = {
  schema_version: 1,
  metadata: { id: 'my-plugin', name: 'My', version: '1.2.3-rc.1+b', author: 'A' },
  capabilities: { hooks: ['tool_pre_invoke'], command: [{ verb: 'greet', about: 'Greets.', args: [] }] },
};

describe('profiles', () => {
  it('are found by name', () => expect(findProfile('cpex')).toBe(cpexProfile));
  it.each([
    ['cpx', 'Did you mean "cpex"?'],
    ['cliproxy@v1.0.0', 'has no revision "v1.0.0"'],
    ['cpex@v2', 'has no revisions'],
    ['', 'There is no host ""'],
    ['toString', 'There is no host'],
  ])('named %j are refused with a reason', (name, reason) => {
    expect(() => findProfile(name)).toThrow(expect.objectContaining({ code: 'CPEX_E_HOST_UNKNOWN', exit: 2 }));
    expect(() => findProfile(name)).toThrow(reason);
  });
});

describe('registration', () => {
  it('introduces the host as the contract says', () => {
    const { method, body } = protocol.registration({ config: { n: 9007199254740993n } });
    expect(method).toBe('plugin.register');
    const text = Buffer.from(body).toString();
    const { version } = JSON.parse(readFileSync(path.resolve('package.json'), 'utf8')) as { version: string };
    expect(text).toBe(
      `{"host":{"name":"cpex","version":"${version}","features":[]},"schema_version":1,"config":{"n":9007199254740993},"limits":{"max_request_bytes":67108864,"max_response_bytes":67108864}}`,
    );
    expect(checkShape(contract.methods.get(method)?.request ?? {}, JSON.parse(text), contract.types)).toEqual([]);
  });

  it('reads who the plugin is', () => {
    const { registration, findings } = protocol.readRegistration(good);
    expect(findings).toEqual([]);
    expect(registration).toMatchObject({ id: 'my-plugin', version: '1.2.3-rc.1+b', author: 'A' });
  });

  const metadata = (part: object) => ({ ...good, metadata: { ...good.metadata, ...part } });
  const capabilities = (part: object) => ({ ...good, capabilities: { ...good.capabilities, ...part } });
  it.each([
    ['no object', 3, 'register.ok', 'must be an object'],
    ['no metadata', { ...good, metadata: undefined }, 'meta.required', 'must be an object'],
    ['a version that is none', metadata({ version: '1.2' }), 'meta.required', 'semantic version'],
    ['an empty name', metadata({ name: '' }), 'meta.required', 'must not be empty'],
    ['no author', metadata({ author: null }), 'meta.required', '"metadata.author" must be a string, not null'],
    ['an id that is none', metadata({ id: '../x' }), 'meta.required', 'must match'],
    ['a schema version of the future', { ...good, schema_version: 2 }, 'register.ok', 'speaks up to 1'],
    ['an unknown capability', capabilities({ hook: [] }), 'meta.caps', 'Did you mean "hooks"?'],
    ['an unknown hook', capabilities({ hooks: ['tool_pre_invok'] }), 'meta.caps', 'Did you mean "tool_pre_invoke"?'],
    ['a hook twice', capabilities({ hooks: ['identity.resolve', 'identity_resolve'] }), 'meta.caps', 'declared twice'],
    [
      'a command twice',
      capabilities({ command: [...good.capabilities.command, ...good.capabilities.command] }),
      'meta.caps',
      '"greet" is declared twice',
    ],
  ])('finds fault with %s', (_name, result, id, message) => {
    const failures = protocol.readRegistration(result).findings.filter((one) => one.severity === 'fail');
    expect(failures).toContainEqual(
      expect.objectContaining({
        id,
        message: expect.stringContaining(message),
        clause: expect.stringMatching(/^ABI-META-/),
      }),
    );
  });

  it('only warns of the other spelling of a hook', () => {
    const { findings } = protocol.readRegistration(capabilities({ hooks: ['token_delegate'] }));
    expect(findings.map((one) => [one.id, one.severity])).toEqual([['meta.caps', 'warn']]);
  });
});

describe('sample calls', () => {
  it('fit the contract, one for each hook and command', () => {
    const command = [
      {
        verb: 'group',
        about: 'g',
        args: [],
        subcommands: [
          { verb: 'leaf', about: 'l', args: [{ kind: 'positional', name: 'n', required: true, value_type: 'int' }] },
        ],
      },
      {
        verb: 'plain',
        about: 'p',
        args: [
          { kind: 'flag', long: 'v' },
          { kind: 'option', long: 'o', required: false, value_type: 'string' },
        ],
      },
    ];
    const { registration } = protocol.readRegistration({
      ...good,
      capabilities: { hooks: ['identity_resolve', 'elicit'], command },
    });
    if (registration === undefined) throw new Error('no registration');
    const calls = protocol.sampleCalls(registration);
    expect(calls.map((one) => [one.capability, one.method])).toEqual([
      ['hooks', 'hook.invoke'],
      ['hooks', 'hook.invoke'],
      ['command', 'command.run'],
      ['command', 'command.run'],
    ]);
    expect(calls[0]?.request).toMatchObject({ hook: 'identity_resolve' });
    expect(calls[2]?.request).toEqual({ verb_path: ['group', 'leaf'], args: { n: 1 }, env: {} });
    expect(calls[3]?.request).toEqual({ verb_path: ['plain'], args: { v: false }, env: {} });
    for (const { method, request } of calls) {
      expect(checkShape(contract.methods.get(method)?.request ?? {}, request, contract.types)).toEqual([]);
    }
  });
});

describe('hooks', () => {
  it('are called by their canonical name, with a sample where no payload is given', () => {
    expect(hookRequest('identity_resolve', { a: 1 })).toMatchObject({
      hook: 'identity.resolve',
      payload: { a: 1 },
      extensions: {},
    });
    expect(hookRequest('tool_pre_invoke', undefined).payload).toEqual({ name: 'search', args: { query: 'plugins' } });
    expect(hookRequest('elicit', null, { extensions: { e: 1 } })).toMatchObject({
      payload: null,
      extensions: { e: 1 },
    });
  });

  it('with an unknown name are refused', () => {
    expect(() => hookRequest('tool_preinvoke', {})).toThrow(
      expect.objectContaining({
        code: 'CPEX_E_HOOK_UNKNOWN',
        message: expect.stringContaining('Did you mean "tool_pre_invoke"?'),
        evidence: [],
      }),
    );
    expect(() => hookRequest('nothing-like-it', {})).toThrow(
      expect.objectContaining({
        message: 'There is no hook "nothing-like-it".',
        evidence: [expect.stringMatching(/^hooks: (?=.*\btool_pre_invoke\b)(?=.*\bcmf\.http_request\b)/)],
        remedy: 'docs/hosts/cpex.md lists all hooks with their payloads.',
      }),
    );
  });

  const request = hookRequest('tool_pre_invoke', { name: 's', args: { n: 9007199254740993n } });
  const evaluate = (result: unknown) => evaluateHook(request, result);

  it('are modified when the payload differs, whatever the plugin claims', () => {
    const same = { args: { n: 9007199254740993n }, name: 's' };
    expect(evaluate({ continue_processing: true, modified_payload: same, payload_modified: true })).toMatchObject({
      verdict: 'allow',
      payloadModified: false,
    });
    const other = { name: 's', args: { n: 9007199254740992n } };
    expect(evaluate({ continue_processing: true, modified_payload: other })).toMatchObject({
      payloadModified: true,
      payload: other,
    });
    expect(evaluate({ continue_processing: true })).toMatchObject({
      payloadModified: false,
      payload: request.payload,
      findings: [],
    });
  });

  it('deny without a violation denies, and is reported', () => {
    const outcome = evaluate({ continue_processing: false });
    expect(outcome.verdict).toBe('deny');
    expect(outcome.findings.map((one) => one.id)).toEqual(['hook.violation']);
    const reason = { code: 'c', reason: 'r' };
    expect(evaluate({ continue_processing: false, violation: reason })).toMatchObject({
      verdict: 'deny',
      violation: reason,
      findings: [],
    });
  });

  it.each([[{}], [{ continue_processing: 'yes' }], [{ continue_processing: 1 }], [null], ['allow']])(
    'fail closed for %o',
    (result) => {
      const outcome = evaluate(result);
      expect(outcome.verdict).toBe('deny');
      expect(outcome.findings.some((one) => one.severity === 'fail')).toBe(true);
    },
  );

  it('with a modified payload of the wrong shape are at fault', () => {
    const { findings } = evaluate({ continue_processing: true, modified_payload: { name: 3, args: {} } });
    expect(findings).toContainEqual(expect.objectContaining({ id: 'hook.payload', severity: 'fail' }));
  });
});

describe('the layout', () => {
  it('puts each target into a folder of its own', () => {
    expect(layout.artefactPath('a.b', '1.0.0', TARGETS['linux-x64-musl'])).toBe(path.join('linux-x64-musl', 'a.b.so'));
    expect(layout.artefactPath('a', '1.0.0', TARGETS['windows-x64'])).toBe(path.join('windows-x64', 'a.dll'));
  });

  it('takes the folder from the environment or the user data folder', () => {
    expect(layout.defaultFolder({ CPEX_PLUGINS_DIR: '/x/plugins', HOME: '/home/u' })).toBe('/x/plugins');
    expect(layout.defaultFolder({ CPEX_PLUGINS_DIR: '', XDG_DATA_HOME: '/data', HOME: '/home/u' })).toBe(
      '/data/cpex/plugins',
    );
    expect(layout.defaultFolder({ XDG_DATA_HOME: 'relative', HOME: '/home/u' })).toBe(
      '/home/u/.local/share/cpex/plugins',
    );
    expect(userDataFolder('cpex', { HOME: '/Users/u' }, 'darwin')).toBe('/Users/u/Library/Application Support/cpex');
    expect(userDataFolder('cpex', { LOCALAPPDATA: 'C:\\L' }, 'win32')).toBe('C:\\L\\cpex');
  });

  it.each(['', '.hidden', '-x', 'a/b', 'ä', 'x'.repeat(129), 'plug-v2', 'CON', 'nul.so', 'a.'])(
    'refuses the id %j',
    (id) => {
      expect(layout.idProblem(id)).toEqual(expect.any(String));
    },
  );
  it.each(['a', 'A9._-b', 'x'.repeat(128), 'console', 'rev-value'])('accepts the id %j', (id) => {
    expect(layout.idProblem(id)).toBeUndefined();
  });
});
