import type { Finding } from '../../../src/model/finding.js';

/** What a plugin declares and answers, and what is said of it: weight, a part of the message, then of the evidence. */
export interface Row {
  readonly name: string;
  readonly can: Readonly<Record<string, unknown>>;
  readonly answers: Readonly<Record<string, unknown>>;
  /** Instead of good metadata. */
  readonly metadata?: object;
  readonly says?: readonly (readonly [severity: Finding['severity'], message: string, evidence?: string])[];
}

const FORMATS = { executor: true, executor_input_formats: ['openai'], executor_output_formats: ['openai'] };
const named = (identifier: string) => ({ identifier });
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

/** What a plugin names, and what `use.names` says of it. */
export const NAMES: readonly Row[] = [
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
