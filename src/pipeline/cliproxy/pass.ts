import type { CliproxyBehaviour } from '../../hosts/cliproxy/revision.js';
import type { Credential } from './credentials.js';
import type { Headers } from './headers.js';
import type { HostSummary } from './host-config.js';
import type { Frame, Member } from './member.js';
import type { Offers } from './offers.js';
import type { Upstream } from './upstream.js';

/** A request as a client, or a plugin, makes it. */
export interface PassRequest {
  /** Format that the client speaks. */
  readonly format: string;
  /** Format of the answer; that of the request where it is empty. */
  readonly exit: string;
  readonly model: string;
  readonly stream: boolean;
  /** Count tokens instead of answering. */
  readonly count: boolean;
  readonly headers: Headers;
  readonly query: Headers;
  readonly body: Uint8Array;
  readonly alt: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** What an HTTP client asks for; frontend authentication sees these. */
  readonly method: string;
  readonly path: string;
}

/** What a request needs of the host that it runs in. */
export interface HostView {
  /** Registered plugins in the order in which they are asked. */
  readonly members: readonly Member[];
  readonly offers: Offers;
  readonly summary: HostSummary;
  readonly apiKeys: readonly string[];
  readonly credentials: readonly Credential[];
  readonly upstreams: readonly Upstream[];
  /** What its revision does. */
  readonly behaviour: CliproxyBehaviour;
  readonly signal: AbortSignal;
  /** Providers with a credential, in order of their names. */
  availableProviders(): readonly string[];
  /** Number of the next request. */
  nextRequest(): number;
  /** Does something the first time that a key comes up. */
  once(key: string, action: () => void): void;
  /** Takes work that nobody waits for but the end of the run. */
  later(work: Promise<void>): void;
}

/** A request on its way. */
export interface Pass {
  readonly host: HostView;
  readonly frame: Frame;
  readonly request: PassRequest;
  /** Names this execution. */
  readonly id: string;
  /** Names the client's request, of which this may be a part; empty where no client asked. */
  readonly trace: string;
  /** Plugin that made the request: its own interceptors and router are passed over. */
  readonly caller: string | undefined;
  /** Format of the answer. */
  readonly exit: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly startedAt: Date;
  /** Model that is executed. */
  model: string;
  headers: Headers;
  body: Uint8Array;
}

/** The plugins that are asked for something in this pass, in order. */
export function askedFor(pass: Pass, capability: string, guarded: boolean): readonly Member[] {
  return pass.host.members.filter(
    (member) => member.capabilities[capability] === true && !(guarded && isCaller(pass, member, capability)),
  );
}

function isCaller(pass: Pass, member: Member, capability: string): boolean {
  if (member.id !== pass.caller) return false;
  const text = 'it makes this request itself, and its own interceptors and router are passed over';
  pass.frame.log.add({ depth: pass.frame.depth, stage: capability, plugin: member.id, outcome: 'skipped', text });
  return true;
}
