/**
 * How a value of the extensions may change: never, only with a capability, only by growing and with a capability, or as
 * the plugin likes.
 */
export type Authority =
  | { readonly tier: 'immutable' }
  | { readonly tier: 'guarded'; readonly write: string }
  | { readonly tier: 'monotonic'; readonly write: string; readonly grows: Growth }
  | { readonly tier: 'mutable' };

/**
 * What growing means: a set keeps all members, a chain keeps all links in their order, a measure does not fall (and true
 * stays true), a fact is set once, and what is named is replaced, never left out.
 */
export type Growth = 'set' | 'chain' | 'measure' | 'fact' | 'named';

/** One slot of the extensions, or one member of a slot. */
export type SlotRule = Authority & {
  /** The value is handed out to a plugin with one of these capabilities; to all when absent. */
  readonly read?: readonly string[];
  /** Members with rules of their own. */
  readonly members?: Readonly<Record<string, SlotRule>>;
  /** Members without a rule of their own are not handed out; without this they follow the rule of the whole. */
  readonly closed?: true;
  /** Of the credentials in it nothing is handed out but what describes them. */
  readonly secret?: true;
  /** Names of members are the same in any case. */
  readonly ignoreCase?: true;
};

const IMMUTABLE = { tier: 'immutable' } as const;
const HEADERS = { tier: 'guarded', write: 'write_headers', ignoreCase: true } as const;

function readBy(...read: readonly string[]): SlotRule {
  return { ...IMMUTABLE, read };
}

function delegated(grows: Growth): SlotRule {
  return { tier: 'monotonic', write: 'append_delegation', grows };
}

/** Every slot. A slot that is not here is neither handed out nor taken. */
export const SLOTS: Readonly<Record<string, SlotRule>> = {
  request: IMMUTABLE,
  provenance: IMMUTABLE,
  completion: IMMUTABLE,
  llm: IMMUTABLE,
  framework: IMMUTABLE,
  mcp: IMMUTABLE,
  meta: IMMUTABLE,
  custom: { tier: 'mutable' },
  agent: readBy('read_agent'),
  http: {
    ...readBy('read_headers'),
    members: { request_headers: HEADERS, response_headers: HEADERS },
  },
  delegation: {
    ...readBy('read_delegation'),
    members: {
      chain: delegated('chain'),
      depth: delegated('measure'),
      delegated: delegated('measure'),
      age_seconds: delegated('measure'),
      origin_subject_id: delegated('fact'),
      actor_subject_id: delegated('named'),
    },
  },
  security: {
    ...IMMUTABLE,
    closed: true,
    members: {
      labels: { tier: 'monotonic', write: 'append_labels', grows: 'set', read: ['read_labels'] },
      subject: {
        // Each of them says who the subject is, and one of them alone what else is known of it.
        ...readBy('read_subject', 'read_roles', 'read_teams', 'read_claims', 'read_permissions'),
        closed: true,
        members: {
          id: IMMUTABLE,
          type: IMMUTABLE,
          roles: readBy('read_roles'),
          teams: readBy('read_teams'),
          claims: readBy('read_claims'),
          permissions: readBy('read_permissions'),
        },
      },
      client: readBy('read_client'),
      caller_workload: readBy('read_workload'),
      this_workload: readBy('read_workload'),
      objects: IMMUTABLE,
      data: IMMUTABLE,
      classification: IMMUTABLE,
      auth_method: IMMUTABLE,
    },
  },
  raw_credentials: {
    ...IMMUTABLE,
    closed: true,
    members: {
      inbound: { ...readBy('read_inbound_credentials'), secret: true },
      delegated: { ...readBy('read_delegated_tokens'), secret: true },
    },
  },
  candidate_constraint: { tier: 'guarded', write: 'write_candidate_constraint' },
};

/** What may be told of a credential: what it is and for whom, never the bytes that prove it. */
export const DESCRIBES_CREDENTIAL: ReadonlySet<string> = new Set([
  ...['kind', 'type', 'name', 'scheme', 'header', 'source', 'issuer', 'audience', 'scopes'],
  ...['subject_id', 'issued_at', 'expires_at'],
]);

/** All capabilities that a configuration can give a plugin, in byte order. */
export const CAPABILITIES: readonly string[] = [...new Set(Object.values(SLOTS).flatMap(capabilitiesIn))].sort();

function capabilitiesIn(rule: SlotRule): string[] {
  return [
    ...(rule.read ?? []),
    ...('write' in rule ? [rule.write] : []),
    ...Object.values(rule.members ?? {}).flatMap(capabilitiesIn),
  ];
}
