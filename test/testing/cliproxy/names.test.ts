import { afterAll, describe, expect, it } from 'vitest';
import { findProfile } from '../../../src/hosts/registry.js';
import type { Finding } from '../../../src/model/finding.js';
import { hostTarget } from '../../../src/project/targets/host.js';
import { nativeEngine } from '../../../src/runtime/native/engine.js';
import { CATALOGUE } from '../../../src/testing/conformance/catalogue.js';
import { runConformanceTest } from '../../../src/testing/conformance/run.js';
import { Bench, type Line, registration, subtree } from '../../pipeline/bench.js';
import { missingTools } from '../support/compile.js';

const bench = new Bench();
afterAll(() => bench.close());

const missing = missingTools('cc');

/** What a plugin declares and answers, and what is said of it: weight, a part of the message, then of the evidence. */
interface Row {
  readonly name: string;
  readonly can: Readonly<Record<string, unknown>>;
  readonly answers: Readonly<Record<string, unknown>>;
  /** Instead of good metadata. */
  readonly metadata?: object;
  readonly says?: readonly (readonly [severity: Finding['severity'], message: string, evidence?: string])[];
}

const FORMATS = { executor: true, executor_input_formats: ['openai'], executor_output_formats: ['openai'] };
const named = (identifier: string) => ({ identifier });
const provider = { auth_provider: true };
const KNOWN = { 'auth.identifier': named('Acme') };
const flag = (more: object) => ({
  can: { command_line_plugin: true },
  answers: { 'command_line.register': { Flags: [more] } },
});
const flags = (...all: object[]) => ({
  can: { command_line_plugin: true },
  answers: { 'command_line.register': { Flags: all } },
});
const managed = (routes: readonly object[], resources: readonly object[] = []) => ({
  can: { management_api: true },
  answers: { 'management.register': { routes, resources } },
});
const skippedFlag = (evidence: string) => ({
  says: [['warn', 'names a flag that the host skips', evidence]] as const,
});
const skippedRoute = (evidence: string) => ({
  says: [['warn', 'names a route that the host skips', evidence]] as const,
});
const skippedPage = (evidence: string) => ({
  says: [['warn', 'names a page that the host skips', evidence]] as const,
});

const NAMES: readonly Row[] = [
  ...['auth', 'frontend_auth'].flatMap((kind): Row[] => [
    {
      name: `no name for ${kind}`,
      can: { [`${kind}_provider`]: true },
      answers: { [`${kind}.identifier`]: named(' ') },
      says: [['warn', `${kind}.identifier names nothing`]],
    },
    {
      name: `a name for ${kind}`,
      can: { [`${kind}_provider`]: true },
      answers: { [`${kind}.identifier`]: named('A') },
    },
  ]),
  {
    name: 'no name for thinking, with null for a result',
    can: { thinking_applier: true },
    answers: { 'thinking.identifier': null },
    says: [['warn', 'thinking.identifier names nothing']],
  },
  {
    name: 'no name for an executor',
    can: FORMATS,
    answers: { 'executor.identifier': named('') },
    says: [['warn', 'executor.identifier names nothing']],
  },
  {
    name: 'an executor whose models name the provider',
    can: { ...FORMATS, model_provider: true },
    answers: { 'executor.identifier': {}, 'model.static': { Provider: 'acme', Models: [{ ID: 'm' }] } },
  },
  {
    name: 'an executor whose models come from credentials alone',
    can: { ...FORMATS, model_provider: true, executor_model_scope: 'oauth' },
    answers: { 'executor.identifier': named('acme'), 'model.static': { Models: [{}] } },
  },
  {
    name: 'models without provider',
    can: { model_registrar: true },
    answers: { 'model.register': { Provider: ' ', Models: [{ ID: 'm' }, { ID: 'n' }] } },
    says: [['warn', 'model.register names 2 models but no provider']],
  },
  {
    name: 'models without ID',
    can: { model_provider: true, model_registrar: true },
    answers: {
      'model.static': { Provider: 'acme', Models: [{ ID: 'm' }, { Name: 'n' }, { ID: ' ' }] },
      'model.register': { Models: [{}] },
    },
    says: [['warn', 'model.static names 3 models, 2 of them without an ID']],
  },
  { name: 'no models yet', can: { model_provider: true }, answers: { 'model.static': { Provider: '', Models: null } } },
  {
    name: 'a model with a name and nothing else',
    can: { model_registrar: true },
    answers: { 'model.register': { provider: 'ACME', models: [{ id: 'm' }] } },
  },
  { name: 'a flag without name', ...flag({ Name: ' ' }), ...skippedFlag('invalid command-line flag " "') },
  {
    name: 'a flag with dashes',
    ...flag({ Name: '--login-me' }),
    ...skippedFlag('invalid command-line flag "--login-me"'),
  },
  { name: 'a flag called h', ...flag({ Name: 'h' }), ...skippedFlag('invalid command-line flag "h"') },
  { name: 'a flag with a space', ...flag({ Name: 'a b' }), ...skippedFlag('invalid command-line flag "a b"') },
  { name: 'a flag with a value', ...flag({ Name: 'a=b' }), ...skippedFlag('invalid command-line flag "a=b"') },
  {
    name: 'a flag of an unknown type',
    ...flag({ Name: 'a', Type: 'list' }),
    ...skippedFlag('unsupported command-line flag type "list" for a'),
  },
  {
    name: 'a flag with a default that does not parse',
    ...flag({ Name: 'a', Type: 'duration', DefaultValue: '5' }),
    ...skippedFlag('invalid default value "5" for a'),
  },
  { name: 'a flag of the host', ...flag({ Name: 'config' }), ...skippedFlag('flag config conflicts') },
  {
    name: 'a flag twice',
    ...flags({ Name: 'a' }, { Name: 'a', Type: 'string' }),
    ...skippedFlag('flag a conflicts'),
  },
  {
    name: 'flags in all legal forms',
    ...flags(
      { Name: ' trimmed ' },
      { Name: 'dotted.name_1', Type: 'STRING', DefaultValue: ' kept ' },
      { Name: 'n', Type: 'int64', DefaultValue: '-7' },
      { Name: 'f', Type: 'float64', DefaultValue: '1e3' },
      { Name: 'd', Type: 'duration', DefaultValue: '1h30m' },
      { Name: 'b', Type: 'bool', DefaultValue: 'T', Usage: '' },
      { Name: 'H' },
    ),
  },
  { name: 'no flags', ...flags() },
  { name: 'a route without path', ...managed([{ Method: 'GET' }]), ...skippedRoute('invalid management route') },
  { name: 'a route with a space', ...managed([{ Path: '/a b' }]), ...skippedRoute('invalid management route') },
  { name: 'a route with a parameter', ...managed([{ Path: '/a/:id' }]), ...skippedRoute('invalid management route') },
  { name: 'a route with a star', ...managed([{ Path: '/a/*all' }]), ...skippedRoute('invalid management route') },
  { name: 'two methods in one', ...managed([{ Method: 'GET POST', Path: '/a' }]), ...skippedRoute('invalid') },
  {
    name: 'a route of the host',
    ...managed([{ Path: '/config' }]),
    ...skippedRoute('GET /v0/management/config conflicts with an existing route'),
  },
  {
    name: 'a route twice',
    ...managed([{ Path: 'a' }, { Method: 'get', Path: '/v0/management/a/' }]),
    ...skippedRoute('GET /v0/management/a conflicts'),
  },
  { name: 'a page above', ...managed([], [{ Path: '../a' }]), ...skippedPage('invalid resource route ../a') },
  { name: 'a page with a fragment', ...managed([], [{ Path: 'a#b' }]), ...skippedPage('invalid resource route a#b') },
  { name: 'a page without path', ...managed([], [{ Path: '/' }]), ...skippedPage('invalid resource route /') },
  {
    name: 'a page that is a route with a menu as well',
    ...managed([{ Path: 'a', Menu: 'A' }], [{ Path: '/plugins/acme/a' }]),
    ...skippedPage('GET /v0/resource/plugins/acme/a conflicts'),
  },
  {
    name: 'routes and pages in all legal forms',
    ...managed(
      [
        { Path: 'a' },
        { Method: 'delete', Path: '/a' },
        { Method: 'PUT', Path: '/v0/management/a' },
        { Method: 'PURGE', Path: '/config' },
        { Path: '/dots/..' },
        { Path: '/index', Menu: 'Page', Description: 'A page' },
      ],
      [
        { Path: 'relative' },
        { Path: '/rooted/' },
        { Path: '/v0/resource/plugins/acme/full?tab=1&x=2' },
        { Path: '/plugins/acme/legacy' },
        { Path: 'ümlaut.html', Menu: 'Ü' },
      ],
    ),
  },
  { name: 'neither routes nor pages', can: { management_api: true }, answers: { 'management.register': {} } },
  {
    name: 'configuration fields that people cannot read',
    can: { usage_plugin: true },
    answers: { 'usage.handle': {} },
    metadata: {
      ConfigFields: [
        { Name: 'fine', Type: 'integer' },
        { Name: 'odd', Type: 'secret' },
        { Name: '', Type: 'string' },
        { Name: 'choice', Type: 'enum' },
      ],
    },
    says: [
      ['info', 'field "odd" is of the type "secret"'],
      ['info', 'field "" has no Name'],
      ['info', 'field "choice" names no EnumValues'],
    ],
  },
];

const handled = (result: object) => ({
  can: { scheduler: true },
  answers: { 'scheduler.pick': { Handled: true, ...result } },
});
const routed = (result: object) => ({
  can: { model_router: true },
  answers: { 'model.route': { Handled: true, ...result } },
});
const login = (started: unknown, polled: unknown) => ({
  can: provider,
  answers: { ...KNOWN, 'auth.login.start': started, 'auth.login.poll': polled },
});

const ANSWERS: readonly Row[] = [
  {
    name: 'a credential of nobody',
    can: provider,
    answers: { ...KNOWN, 'auth.parse': { Handled: true, Auths: [{ Provider: 'acme' }, { ID: 'b' }] } },
    says: [['warn', 'says of no provider', 'returned auth without provider']],
  },
  {
    name: 'no credential at all',
    can: provider,
    answers: { ...KNOWN, 'auth.parse': { Handled: true } },
    says: [['warn', 'says of no provider', 'returned auth without provider']],
  },
  { name: 'a file of others', can: provider, answers: { ...KNOWN, 'auth.parse': { Handled: false, Auth: {} } } },
  {
    name: 'several credentials',
    can: provider,
    answers: {
      ...KNOWN,
      'auth.parse': { Handled: true, Auth: {}, Auths: [{ Provider: 'acme' }, { Provider: 'other' }] },
    },
  },
  {
    name: 'a login without State',
    ...login({ URL: 'https://example.test' }, { Status: 'pending' }),
    says: [['fail', 'auth.login.start answers without State']],
  },
  {
    name: 'a login without URL',
    ...login({ State: 's' }, { Status: 'error', Message: 'gone' }),
    says: [['fail', 'auth.login.start answers without URL']],
  },
  { name: 'no login, said with nothing', ...login({}, {}), says: [['warn', 'without URL and State']] },
  {
    name: 'a status that is not known',
    ...login({ URL: 'https://example.test', State: 's' }, { Status: 'done' }),
    says: [['fail', 'the status "done"']],
  },
  {
    name: 'a status in capitals',
    ...login({ URL: 'https://example.test', State: 's' }, { Status: 'Pending' }),
    says: [['warn', 'the status "Pending"']],
  },
  { name: 'a login', ...login({ URL: 'https://example.test', State: 's' }, { Status: 'success', Auth: {} }) },
  { name: 'no login, said with an error', can: provider, answers: KNOWN },
  {
    name: 'models of another provider',
    can: { ...provider, model_provider: true },
    answers: { ...KNOWN, 'model.for_auth': { Provider: 'other', Models: [{ ID: 'm' }] } },
    says: [['warn', 'names the provider "other" for a credential of "acme"']],
  },
  {
    name: 'models of the same provider',
    can: { ...provider, model_provider: true },
    answers: { ...KNOWN, 'model.for_auth': { Provider: 'ACME', Models: [{ ID: 'm' }] } },
  },
  {
    name: 'a choice of nothing',
    ...handled({}),
    says: [['warn', 'chooses nothing', 'missing auth id or delegate']],
  },
  {
    name: 'a delegate that is not known',
    ...handled({ DelegateBuiltin: 'random' }),
    says: [['warn', 'chooses nothing', 'unknown delegate']],
  },
  {
    name: 'a credential that is no candidate',
    ...handled({ AuthID: 'elsewhere' }),
    says: [['info', 'chooses nothing', 'unknown auth id']],
  },
  {
    name: 'a candidate and a delegate',
    ...handled({ AuthID: 'sample-user.json', DelegateBuiltin: 'fill-first' }),
    says: [['warn', 'names a credential and "fill-first"']],
  },
  { name: 'a candidate', ...handled({ AuthID: 'sample-user.json' }) },
  { name: 'a delegate', ...handled({ DelegateBuiltin: ' round-robin ' }) },
  { name: 'no choice', ...handled({ Handled: false, DelegateBuiltin: 'x' }) },
  {
    name: 'a route to nobody',
    ...routed({ TargetKind: 'provider', Target: ' ' }),
    says: [['warn', 'names nobody', 'target_kind "provider"']],
  },
  {
    name: 'a kind of target that is not known',
    ...routed({ TargetKind: 'model', Target: 'm' }),
    says: [['warn', 'names nobody']],
  },
  { name: 'a route to itself', ...routed({ TargetKind: 'self' }) },
  { name: 'a route to a provider that is not here', ...routed({ TargetKind: 'provider', Target: 'elsewhere' }) },
  { name: 'no route', ...routed({ Handled: false, TargetKind: 'x' }) },
];

async function judge(id: string, row: Row) {
  const test = CATALOGUE.find((one) => one.id === id);
  if (test === undefined) throw new Error(`no test ${id}`);
  const good = registration('acme', row.can);
  const metadata = { ...(good as { metadata: object }).metadata, ...row.metadata };
  const lines = Object.entries(row.answers).map(([method, result]): Line => [method, 'result', JSON.stringify(result)]);
  return runConformanceTest(test, {
    artefact: bench.place('acme'),
    target: hostTarget(),
    profile: findProfile('cliproxy'),
    engine: nativeEngine(),
    config: subtree('acme', {
      capabilities: row.can,
      lines,
      registration: [['plugin.register', 'result', { ...good, metadata }]],
    }),
    signal: new AbortController().signal,
  });
}

async function expectSaid(id: string, row: Row): Promise<void> {
  const { findings, verdict } = await judge(id, row);
  const says = row.says ?? [];
  expect(findings.map(({ severity, message, evidence = [] }) => [severity, message, evidence.join('\n')])).toEqual(
    says.map(([severity, message, evidence = '']) => [
      severity,
      expect.stringContaining(message),
      expect.stringContaining(evidence),
    ]),
  );
  const weights = says.map(([severity]) => severity);
  expect(verdict).toBe(weights.includes('fail') ? 'fail' : weights.includes('warn') ? 'warn' : 'pass');
  for (const { clause, remedy, again } of findings) {
    expect(clause).toMatch(/^CPA-CALL-00[78]$/);
    expect(remedy).toMatch(/\.$/);
    expect(again).toContain(`--only ${id}`);
  }
}

describe.skipIf(missing !== undefined)(`names and answers${missing === undefined ? '' : ` (${missing})`}`, () => {
  it.each(NAMES)('$name', { timeout: 60_000 }, (row) => expectSaid('use.names', row));
  it.each(ANSWERS)('$name', { timeout: 60_000 }, (row) => expectSaid('use.answers', row));
});
