import { ZERO_TIME } from '../../hosts/go-json/time.js';
import type { Model } from './claims.js';
import type { Credential } from './credentials.js';
import { scopeOf } from './executor.js';
import type { Member } from './member.js';
import type { HostView, Pass } from './pass.js';
import { PassFailure } from './pass-failure.js';
import type { Route } from './route-model.js';
import { type CandidateAuth, candidate } from './schedule.js';
import { serves, type Upstream } from './upstream.js';

/** Who serves a request. */
export type Server =
  /** The executor that a router named: no credential is picked. */
  | { readonly kind: 'routed'; readonly member: Member; readonly provider: string }
  /** A provider: a credential is picked, and its executor runs. */
  | {
      readonly kind: 'provider';
      readonly provider: string;
      readonly runs: Member | Upstream;
      readonly model: Model | undefined;
      readonly candidates: readonly CandidateAuth[];
    };

/** Finds who serves a request. Throws PassFailure with the host's text where nobody does. */
export function chooseServer(pass: Pass, route: Route | undefined): Server {
  if (route?.kind === 'executor') return { kind: 'routed', member: route.member, provider: route.provider };
  const { host } = pass;
  const base = pass.model.replace(/\([^()]*\)$/, '');
  const provider = route?.provider ?? providerOf(host, base);
  const runs =
    provider === undefined
      ? undefined
      : (host.upstreams.find((one) => one.provider === provider) ??
        host.members.find((one) => one.id === host.offers.claims.executors.get(provider)));
  if (provider === undefined || runs === undefined) {
    throw new PassFailure(unknownProvider(pass.request.model), 502);
  }
  const model = modelOf(host, provider, base);
  return { kind: 'provider', provider, runs, model, candidates: candidatesOf(host, provider, runs, base) };
}

/** What the host answers when nobody serves a model. */
export function unknownProvider(model: string): string {
  return `unknown provider for model ${model}`;
}

/** Providers of the host come before those of plugins. */
function providerOf(host: HostView, model: string): string | undefined {
  const upstream = host.upstreams.find((one) => serves(one, model));
  if (upstream !== undefined) return upstream.provider;
  const claimed = host.offers.claims.models.find((one) => one.model.ID === model && isRunnable(host, one.provider));
  if (claimed !== undefined) return claimed.provider;
  return host.credentials.find((one) => one.models?.some(({ ID }) => ID === model) && isRunnable(host, one.provider))
    ?.provider;
}

function isRunnable({ offers, upstreams }: HostView, provider: string): boolean {
  return offers.claims.executors.has(provider) || upstreams.some((one) => one.provider === provider);
}

function modelOf(host: HostView, provider: string, model: string): Model | undefined {
  const listed = host.offers.claims.models.find((one) => one.provider === provider && one.model.ID === model);
  const owned = host.credentials.flatMap((one) => (one.provider === provider ? (one.models ?? []) : []));
  return listed?.model ?? owned.find(({ ID }) => ID === model);
}

function candidatesOf(host: HostView, provider: string, runs: Member | Upstream, model: string): CandidateAuth[] {
  const found = host.credentials
    .filter((one) => one.provider === provider && !one.disabled)
    .filter((one) => one.models === undefined || one.models.some(({ ID }) => ID === model));
  // Models that need no credential are served through one that only exists at run time.
  const made =
    'call' in runs ? runtimeOnly(host, provider, runs, model) : found.length === 0 ? [`${provider}-upstream`] : [];
  return [...found, ...made.map((id) => emptyCredential(id, provider))].map(candidate);
}

function runtimeOnly(host: HostView, provider: string, member: Member, model: string): string[] {
  if (scopeOf(member) === 'oauth') return [];
  const listed = host.offers.claims.models.some((one) => one.plugin === member.id && one.model.ID === model);
  return listed ? [`plugin:${member.id}:${provider}:executor`] : [];
}

function emptyCredential(id: string, provider: string): Credential {
  return {
    id,
    provider,
    fileName: '',
    label: '',
    disabled: false,
    storage: new Uint8Array(0),
    metadata: {},
    attributes: {},
    nextRefresh: ZERO_TIME,
  };
}
