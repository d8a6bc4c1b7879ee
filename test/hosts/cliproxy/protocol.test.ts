import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { configYaml } from '../../../src/hosts/cliproxy/config.js';
import { readPluginName } from '../../../src/hosts/cliproxy/file-name.js';
import { formatNames } from '../../../src/hosts/cliproxy/formats.js';
import { versionProblem } from '../../../src/hosts/cliproxy/layout.js';
import { INVALID } from '../../../src/hosts/cliproxy/registration.js';
import { yamlText } from '../../../src/hosts/cliproxy/yaml-text.js';
import { findProfile } from '../../../src/hosts/registry.js';
import type { Envelope } from '../../../src/model/profile.js';
import { TARGETS } from '../../../src/project/targets/table.js';

const { protocol, contract, layout } = findProfile('cliproxy');
const old = findProfile('cliproxy@v7.2.28');

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();

describe('a registration request', () => {
  it.each([
    ['cliproxy', false, 'plugin.register', 3],
    ['cliproxy', true, 'plugin.reconfigure', 3],
    ['cliproxy@v7.2.28', false, 'plugin.register', 1],
    ['cliproxy@next', false, 'plugin.register', 6],
  ] as const)('of %s (again: %s) is %s with schema version %i', (host, again, method, version) => {
    const call = findProfile(host).protocol.registration({ config: undefined, again });
    const yaml = Buffer.from('enabled: true\npriority: 0\n').toString('base64');
    expect(call.method).toBe(method);
    expect(text(call.body)).toBe(`{"config_yaml":"${yaml}","schema_version":${version}}`);
  });

  it.each([
    [{}, 'enabled: true\npriority: 0\n'],
    [
      { zeta: 1, alpha: { list: ['x', { y: [] }] }, enabled: false },
      'zeta: 1\nalpha:\n    list:\n        - x\n        - "y": []\nenabled: false\npriority: 0\n',
    ],
    [
      { priority: 7, a: 'on', b: '1.0', c: 9007199254740993n },
      'priority: 7\na: "on"\nb: "1.0"\nc: 9007199254740993\nenabled: true\n',
    ],
    ['just text', 'just text\n'],
  ])('hands a configuration on in its order: %#', (config, yaml) => {
    expect(text(configYaml(config))).toBe(yaml);
  });

  it('writes YAML as yaml.v3 does', () => {
    // Pairs of a value and what `yaml.Marshal(map[string]any{"k": value})` makes of it.
    const file = path.join(import.meta.dirname, 'yaml-v3.json');
    const pairs = JSON.parse(readFileSync(file, 'utf8')) as [unknown, string][];
    expect(pairs.length).toBeGreaterThan(100);
    for (const [value, yaml] of pairs) expect(yamlText({ k: value })).toBe(yaml);
  });
});

const metadata = { Name: 'Good', Version: '1.0.0', Author: 'A', GitHubRepository: 'https://github.com/a/good' };
const capabilities = { request_normalizer: true };
const read = (result: unknown, profile = protocol) => profile.readRegistration(result);

describe('a registration', () => {
  it('is read whatever the case of its keys, and completed', () => {
    const { registration, findings } = read({
      Metadata: { ...metadata, name: undefined, NAME: ' Good ' },
      CAPABILITIES: capabilities,
    });
    expect(findings).toEqual([]);
    expect(registration).toMatchObject({ id: 'Good', version: '1.0.0', author: 'A', capabilities });
    expect(registration?.raw).toMatchObject({ schema_version: 0, metadata: { Logo: '', ConfigFields: null } });
  });

  const refusal = 'The host does not use this plugin: ';
  const NONE = 'no capability that this revision knows is true';
  it.each([
    [{ schema_version: 4, metadata, capabilities }, 'plugin schema version 4 is not supported'],
    [{ metadata: { ...metadata, Author: ' ' }, capabilities }, `${INVALID} (blank in the metadata: Author)`],
    [
      { metadata: { Name: 'x' }, capabilities },
      `${INVALID} (blank in the metadata: Version, Author, GitHubRepository)`,
    ],
    [{ metadata }, `${INVALID} (${NONE})`],
    [{ metadata, capabilities: { request_normalizer: false } }, `${INVALID} (${NONE})`],
    [
      { metadata, capabilities: { frontend_auth_provider_exclusive: true, executor_input_formats: ['openai'] } },
      `${INVALID} (${NONE})`,
    ],
    [null, `${INVALID} (blank in the metadata: Name, Version, Author, GitHubRepository)`],
    [
      { metadata, capabilities: { executor: 'yes' } },
      'decode plugin result plugin.register: json: cannot unmarshal string into Go struct field rpcCapabilities.capabilities.executor of type bool',
    ],
    [
      { schema_version: -1, metadata, capabilities },
      'decode plugin result plugin.register: json: cannot unmarshal number -1 into Go struct field rpcRegistration.schema_version of type uint32',
    ],
  ])('%j is not used, in the words of the host', (result, message) => {
    const { registration, findings } = read(result);
    expect(registration).toBeUndefined();
    expect(findings[0]).toMatchObject({ id: 'register.ok', severity: 'fail', message: refusal + message });
  });

  it('of a plugin for a newer host is not used by an older one', () => {
    const result = { schema_version: 2, metadata, capabilities: { request_lifecycle_plugin: true } };
    expect(read(result).findings).toEqual([]);
    expect(read(result, old.protocol).findings[0]?.message).toBe(`${refusal}plugin schema version 2 is not supported`);
    const { registration, findings } = read({ ...result, schema_version: 1 }, old.protocol);
    expect(registration).toBeUndefined();
    expect(findings[0]?.message).toBe(`${refusal}${INVALID} (${NONE})`);
  });

  it.each([
    [{ stream_chunk_interceptor: true }, 'fail', 'Did you mean "response_stream_interceptor"?'],
    [{ stream_chunk_interceptor: true, response_stream_interceptor: true }, 'info', 'Did you mean'],
    [{ request_interceptr: true }, 'warn', 'Did you mean "request_interceptor"?'],
    [{ from_a_later_host_entirely: true }, 'info', 'ignores it.'],
  ])('with the unknown capability %j is told so (%s)', (extra, severity, hint) => {
    const { registration, findings } = read({ metadata, capabilities: { ...capabilities, ...extra } });
    expect(registration).toBeDefined();
    expect(findings).toEqual([{ id: 'meta.caps', severity, message: expect.stringContaining(hint) }]);
  });

  it('with an unknown capability that is not set says nothing', () => {
    expect(read({ metadata, capabilities: { ...capabilities, stream_chunk_interceptor: false } }).findings).toEqual([]);
  });

  it.each([
    [{ executor: true }, ['input formats', 'output formats']],
    [{ executor: true, executor_input_formats: ['', 'none'], executor_output_formats: ['x'] }, ['input formats']],
    [{ executor: true, executor_input_formats: ['openai'], executor_output_formats: ['claude'] }, []],
  ])('of the executor %j', (declared, lacking) => {
    const { registration, findings } = read({ metadata, capabilities: declared });
    expect(registration).toBeDefined();
    expect(findings.map(({ message }) => message)).toEqual(lacking.map((what) => expect.stringContaining(what)));
  });

  it('tells of a scope that the host reads as both, and of an exclusiveness without a provider', () => {
    const declared = {
      executor: true,
      executor_input_formats: ['openai'],
      executor_output_formats: ['openai'],
      executor_model_scope: 'OAuth2',
      frontend_auth_provider_exclusive: true,
    };
    expect(read({ metadata, capabilities: declared }).findings).toMatchObject([
      { severity: 'warn', message: expect.stringContaining('executor_model_scope "OAuth2"') },
      { severity: 'warn', message: expect.stringContaining('frontend_auth_provider_exclusive') },
    ]);
  });

  it('names formats in other spellings', () => {
    expect(
      formatNames(['Chat-Completions', 'openai', 'responses', 'anthropic', ' gemini ', 'None', '', 'own']),
    ).toEqual([...['openai', 'openai-response', 'claude', 'gemini', 'own']]);
  });
});

describe('sample calls', () => {
  it('are made for every method of what was declared, and are requests that the host could send', () => {
    const every = Object.fromEntries([...contract.capabilities.keys()].map((name) => [name, true]));
    const { registration } = read({
      metadata,
      capabilities: { ...every, executor_input_formats: ['x'], executor_output_formats: ['x'] },
    });
    if (registration === undefined) throw new Error('It registers.');
    const calls = protocol.sampleCalls(registration);
    const methods = [...contract.capabilities.values()].flatMap((one) => one.methods);
    expect(calls.map(({ method }) => method)).toEqual(methods);
    for (const { method, request } of calls) expect(() => protocol.encodeRequest(request, method)).not.toThrow();
  });
});

function answer(body: string | Uint8Array, method = 'request.normalize', code = 0): Envelope {
  return protocol.readEnvelope(code, Buffer.from(body), method);
}

describe('an envelope', () => {
  it.each([
    ['{"ok":true,"result":{"Body":"YQ=="}}', { Body: 'YQ==' }],
    ['{"ok":true,"result":{}}', { Body: null }],
    ['{"ok":true,"result":null}', { Body: null }],
    ['{"ok":true}', { Body: null }],
    ['{"ok":true,"result":{"Body":[97]}}', { Body: 'YQ==' }],
    [' {"ok":true,"error":{"message":"ignored"},"result":{"Body":""}}\n', { Body: '' }],
  ])('%s holds a result', (body, result) => {
    expect(answer(body)).toEqual({ ok: true, result, findings: [] });
  });

  it.each([
    ['{"ok":false}', 'plugin call failed'],
    ['{}', 'plugin call failed'],
    ['null', 'plugin call failed'],
    ['{"ok":false,"error":{"code":"x","message":" "}}', 'plugin call failed'],
    ['{"ok":false,"error":{"code":"x","message":" no "}}', 'no'],
  ])('%s holds an error', (body, message) => {
    expect(answer(body)).toMatchObject({ ok: false, error: { message } });
  });

  it('carries the HTTP status of a failure, and counts as an error whatever the code', () => {
    const body = '{"ok":false,"error":{"code":"quota","message":"later","http_status":429,"retryable":true}}';
    for (const code of [0, 1, -7]) {
      expect(answer(body, 'executor.execute', code)).toEqual({
        ok: false,
        error: { code: 'quota', message: 'later', details: { http_status: 429, retryable: true } },
        findings: [],
      });
    }
  });

  it.each([
    ['', 0, 'env.single', 'decode plugin envelope request.normalize: unexpected end of JSON input'],
    [
      'nope',
      0,
      'env.single',
      "decode plugin envelope request.normalize: invalid character 'o' in literal null (expecting 'u')",
    ],
    [
      '{"ok":true}{"ok":true}',
      0,
      'env.single',
      "decode plugin envelope request.normalize: invalid character '{' after top-level value",
    ],
    [
      '{"ok":true}\0',
      0,
      'env.single',
      "decode plugin envelope request.normalize: invalid character '\\x00' after top-level value",
    ],
    [
      '\ufeff{"ok":true}',
      0,
      'env.single',
      "decode plugin envelope request.normalize: invalid character 'ï' looking for beginning of value",
    ],
    [
      '[]',
      0,
      'env.single',
      'decode plugin envelope request.normalize: json: cannot unmarshal array into Go value of type pluginabi.Envelope',
    ],
    [
      '{"ok":"true"}',
      0,
      'env.single',
      'decode plugin envelope request.normalize: json: cannot unmarshal string into Go struct field Envelope.ok of type bool',
    ],
    [
      '{"ok":true,"result":[]}',
      0,
      'env.shape',
      'decode plugin result request.normalize: json: cannot unmarshal array into Go value of type pluginapi.PayloadResponse',
    ],
    [
      '{"ok":true,"result":{"Body":"a"}}',
      0,
      'env.shape',
      'decode plugin result request.normalize: illegal base64 data at input byte 0',
    ],
    ['boom', 3, 'env.rc', 'plugin call request.normalize returned 3: boom'],
    ['', 1, 'env.rc', 'plugin call request.normalize returned 1: '],
    ['{"ok":true,"result":{}}', 1, 'env.rc', 'plugin call request.normalize returned 1: {"ok":true,"result":{}}'],
    ['{"ok":false}', 1, 'env.rc', 'plugin call request.normalize returned 1: {"ok":false}'],
  ])('%j with code %i fails in the host, in its words', (body, code, id, message) => {
    const { ok, error, findings } = answer(body, 'request.normalize', code);
    expect({ ok, message: error?.message }).toEqual({ ok: undefined, message });
    expect(findings).toMatchObject([{ id, severity: 'fail' }]);
  });

  it.each([
    [
      'auth.refresh',
      '{"Auth":{"NextRefreshAfter":""}}',
      'parsing time "" as "2006-01-02T15:04:05Z07:00": cannot parse "" as "2006"',
      'Leave the time out',
    ],
    [
      'auth.refresh',
      '{"Auth":{"NextRefreshAfter":7}}',
      'Time.UnmarshalJSON: input is not a JSON string',
      'Leave the time out',
    ],
    [
      'executor.execute_stream',
      '{"chunks":[{"Payload":"","Err":"x"}]}',
      'json: cannot unmarshal string into Go struct field ExecutorStreamChunk.chunks.Err of type error',
      'Leave "Err" out',
    ],
  ])('of %s with %s breaks the whole result', (method, result, message, remedy) => {
    const { error, findings } = answer(`{"ok":true,"result":${result}}`, method);
    expect(error?.message).toBe(`decode plugin result ${method}: ${message}`);
    expect(findings[0]?.remedy).toMatch(remedy);
  });

  it('tells of keys that the host knows in spite of their case, and of those that it does not know', () => {
    const { ok, result, findings } = answer('{"OK":true,"Result":{"body":"YQ==","bodi":1}}');
    expect({ ok, result }).toEqual({ ok: true, result: { Body: 'YQ==' } });
    expect(findings.map(({ id, severity }) => [id, severity])).toEqual([
      ['env.case', 'info'],
      ['env.case', 'info'],
      ['env.ignored', 'info'],
    ]);
    expect(findings[1]?.message).toMatch('body (Body)');
  });

  it('tells of JSON that was put into quotes, and of no other text', () => {
    const ids = (bytes: string) =>
      answer(`{"ok":true,"result":{"Body":"${Buffer.from(bytes).toString('base64')}"}}`).findings.map(({ id }) => id);
    expect(ids(JSON.stringify('{"a":1}'))).toEqual(['env.bytes']);
    for (const good of ['{"a":"{}"}', '"text"', '"{not json"', '""', 'data: {}\n\n']) expect(ids(good)).toEqual([]);
  });

  it('that is not UTF-8 is read, and judged', () => {
    const body = Buffer.from('{"ok":false,"error":{"message":"a\xffb"}}', 'latin1');
    const { error, findings } = answer(body);
    expect(error?.message).toBe('a\ufffdb');
    expect(findings).toMatchObject([{ id: 'env.utf8' }]);
  });

  it('of a method that the host does not have is any JSON', () => {
    expect(answer('{"ok":true,"result":{"b":[1],"a":null}}', 'no.such').result).toEqual({ b: [1], a: null });
    expect(answer('{"ok":true}', 'no.such').result).toBeNull();
  });
});

describe('a request', () => {
  const encoded = (request: unknown, method: string, profile = protocol) =>
    text(profile.encodeRequest(request, method));

  it('has every member in the order of the struct, and Go’s zero values', () => {
    expect(encoded({ ToFormat: 'claude', Model: '<m>&' }, 'request.normalize')).toBe(
      '{"FromFormat":"","ToFormat":"claude","Model":"\\u003cm\\u003e\\u0026","Stream":false,"Body":null}',
    );
    expect(encoded({}, 'auth.identifier')).toBe('{}');
    expect(encoded(undefined, 'auth.identifier')).toBe('{}');
    expect(encoded({ RequestID: 'r' }, 'request.intercept_before')).toBe(
      '{"RequestID":"r","TraceID":"","SourceFormat":"","ToFormat":"","Model":"","RequestedModel":"","Stream":false,"Headers":null,"Body":null,"Metadata":null}',
    );
    expect(encoded({}, 'request.intercept_before', old.protocol)).not.toContain('RequestID');
  });

  it('takes text and JSON where it has bytes', () => {
    const body = (value: unknown) =>
      (JSON.parse(encoded({ Body: value }, 'request.normalize')) as { Body: string }).Body;
    expect(Buffer.from(body({ $text: 'é' }), 'base64').toString()).toBe('é');
    expect(Buffer.from(body({ $json: { n: 9007199254740993n, a: '<' } }), 'base64').toString()).toBe(
      '{"n":9007199254740993,"a":"<"}',
    );
    expect(body('YQ==')).toBe('YQ==');
    const nested = encoded({ HistoryChunks: [{ $text: 'a' }] }, 'response.intercept_stream_chunk');
    expect(nested).toContain('"HistoryChunks":["YQ=="]');
  });

  it.each([
    [{ model: 'x' }, 'request.normalize', 'has no member "model". Did you mean "Model"?'],
    [{ Model: { Nmae: 'x' } }, 'thinking.apply', 'has no member "Model.Nmae". Did you mean "Name"?'],
    [{ Model: 3 }, 'request.normalize', 'Model must be a text'],
    [{ Body: '%' }, 'request.normalize', 'Body must be base64'],
    [[], 'request.normalize', 'the value must be an object'],
  ])('%j for %s is none that the host could send', (request, method, message) => {
    const error = (() => {
      try {
        return protocol.encodeRequest(request, method);
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toMatchObject({ code: 'CPEX_E_RUN_REQUEST', message: expect.stringContaining(message) });
  });
});

describe('words', () => {
  const words = (given: string[], data?: unknown) =>
    protocol.readWords(
      given,
      { env: {}, ...(data === undefined ? {} : { data }) },
      {
        ...{ id: '', version: '', author: '', capabilities: {}, raw: {} },
      },
    );

  it('name a method; its request is the sample unless there is data', () => {
    expect(words(['request.normalize'], { Model: 'm' })).toMatchObject({ request: { Model: 'm' }, findings: [] });
    expect(words(['request.normalize'])).toMatchObject({
      request: contract.methods.get('request.normalize')?.samples[0],
    });
    expect(words(['request.normalise'])).toMatchObject({
      method: 'request.normalise',
      findings: [{ severity: 'warn', message: expect.stringContaining('Did you mean "request.normalize"?') }],
    });
  });

  it.each([
    [['hook', 'tool_pre_invoke'], /neither hooks nor commands/],
    [['request.normalize', 'more'], /Data goes after --data/],
  ])('%j are refused', (given, remedy) => {
    expect(() => words(given)).toThrow(
      expect.objectContaining({ code: 'CPEX_E_USAGE', remedy: expect.stringMatching(remedy) }),
    );
  });
});

describe('the layout', () => {
  it.each([
    ['linux-x64', 'linux/amd64/good-v1.0.0.so', 'linux/amd64/good.so'],
    ['linux-arm64-musl', 'linux/arm64/good-v1.0.0.so', 'linux/arm64/good.so'],
    ['darwin-arm64', 'darwin/arm64/good-v1.0.0.dylib', 'darwin/arm64/good.dylib'],
    ['darwin-universal', 'good-v1.0.0.dylib', 'good.dylib'],
    ['windows-x64', 'windows/amd64/good-v1.0.0.dll', 'windows/amd64/good.dll'],
  ] as const)('of %s is %s, before v7.2.44 %s', (target, now, before) => {
    expect(layout.artefactPath('good', '1.0.0', TARGETS[target])).toBe(path.normalize(now));
    expect(old.layout.artefactPath('good', '1.0.0', TARGETS[target])).toBe(path.normalize(before));
  });

  it('is read back as the host reads it', () => {
    const read = (name: string, versioned = true) => readPluginName(name, versioned);
    expect(read('my-v2.so')).toMatchObject({ file: { id: 'my', version: '2' } });
    expect(read('my-v2-v1.0.0+b.so')).toMatchObject({ file: { id: 'my-v2', version: '1.0.0+b' } });
    expect(read('my-vendor.so')).toMatchObject({ file: { id: 'my-vendor', version: '' } });
    expect(read('my-v2.so', false)).toMatchObject({ file: { id: 'my-v2', version: '' } });
    expect(layout.idProblem('my-v2')).toMatch(/version/);
    expect(layout.idProblem('my-plugin')).toBeUndefined();
    expect(versionProblem('1.0.0-v2')).toMatch(/last "-v"/);
    expect(versionProblem('1.0.0-rc.1+x')).toBeUndefined();
  });
});
