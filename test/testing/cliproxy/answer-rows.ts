import type { Row } from './name-rows.js';

const provider = { auth_provider: true };
const KNOWN = { 'auth.identifier': { identifier: 'Acme' } };

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

/** What a plugin answers, and what `use.answers` says of it. */
export const ANSWERS: readonly Row[] = [
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
