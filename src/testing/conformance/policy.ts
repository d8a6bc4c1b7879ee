import type { Severity } from '../../model/finding.js';
import type { Envelope } from '../../model/profile.js';
import type { ConformanceTest } from './types.js';

/** What a host profile asks of its plugins where profiles differ; data, and questions about an answer. */
export interface HostPolicy {
  /** Tests that weigh less than the catalogue says, by id. */
  readonly severity: Readonly<Record<string, Severity>>;
  /** Where the host's page has a clause of its own for a test, by id. */
  readonly clauses: Readonly<Record<string, string>>;
  /** Whether methods of capabilities that were not declared have to be refused. */
  readonly refusesUndeclared: boolean;
  /** Whether init has to refuse a host with another version of the ABI, or may leave that to the host. */
  readonly refusesOtherHosts: boolean;
  /** Names in manifest and registration that must be the same. */
  readonly sameIdentity: readonly ('id' | 'version' | 'author')[];
  /** Whether an answer to a method that no plugin has refuses it as the host wants. */
  readonly saysUnknown: (envelope: Envelope) => boolean;
  /** Whether a plugin has to refuse bodies that break the rules, or may answer them as it likes. */
  readonly hostile: 'strict' | 'lenient';
  /** The length with which a plugin frees an answer of the host means nothing. */
  readonly ignoresAnswerLength?: true;
  /** Whether an answer to a method that the plugin declared admits that it is not there. */
  readonly admitsMissing: (error: NonNullable<Envelope['error']>) => boolean;
}

/** Codes by which plugins of hosts without codes of their own say that they do not have a method. */
const NO_METHOD = /^(unknown|invalid|unsupported)_/;

/**
 * What harms the process as a whole, where the host's page asks nothing of the kind. Signals and the floating-point unit
 * are not among it: a host in Go stands on both. Nor is the end of the process.
 */
const BAD_GUEST: Readonly<Record<string, Severity>> = Object.fromEntries(
  ['fd', 'rss', 'children', 'stdio', 'locale', 'env', 'cwd', 'umask', 'rlimit', 'stack']
    .map((one) => `hyg.${one}`)
    .concat(['oom', 'diskfull', 'signals', 'locale', 'soak', 'restart', 'multi'].map((one) => `tort.${one}`))
    .map((id) => [id, 'warn']),
);

/** What this host never does, and what it does not look at. */
const UNUSUAL: Readonly<Record<string, Severity>> = { 'life.abi-ahead': 'warn', 'life.reconfigure': 'warn' };

const POLICIES: Readonly<Record<string, HostPolicy>> = {
  cpex: {
    severity: {},
    clauses: {},
    refusesUndeclared: true,
    refusesOtherHosts: true,
    sameIdentity: ['id', 'version', 'author'],
    hostile: 'strict',
    saysUnknown: ({ error }) => error?.code === 'unknown_method',
    admitsMissing: ({ code }) => code.startsWith('unknown_'),
  },
  // This host reads leniently, looks at no error code, and never calls what was not declared.
  cliproxy: {
    severity: {
      'env.utf8': 'warn',
      'env.slot': 'warn',
      'load.quiet': 'warn',
      'mem.free-null': 'warn',
      // As for hyg.rss, which sees the same.
      'mem.balance': 'warn',
      'mem.req-odd': 'warn',
      'mem.req-ro': 'warn',
      'method.unknown': 'warn',
      'err.empty': 'warn',
      'err.recover': 'warn',
      'err.secret': 'warn',
      // Its functions return 0 and an envelope, whatever has failed.
      'cb.rc': 'warn',
      'cb.empty': 'warn',
      'cb.garbage': 'warn',
      'fuzz.host': 'warn',
      ...BAD_GUEST,
      ...UNUSUAL,
    },
    clauses: {
      'init.ok': 'CPA-LOAD-003',
      'init.version': 'CPA-LOAD-004',
      'entry.one': 'CPA-LOAD-002',
      'load.now': 'CPA-LOAD-001',
      'register.ok': 'CPA-REG-001',
      'meta.required': 'CPA-REG-002',
      'meta.match': 'CPA-REG-003',
      'meta.caps': 'CPA-REG-004',
      'meta.stable': 'CPA-REG-005',
      'method.unknown': 'CPA-CALL-003',
      'env.single': 'CPA-CALL-001',
      'env.shape': 'CPA-CALL-001',
      'env.utf8': 'CPA-CALL-004',
      'env.rc': 'CPA-CALL-002',
      'err.badjson': 'CPA-CALL-001',
      'err.types': 'CPA-CALL-001',
      'err.deep': 'CPA-CALL-001',
      'err.big': 'CPA-CALL-001',
      'err.nul': 'CPA-CALL-001',
      ...Object.fromEntries(['struct', 'bytes', 'host', 'cov'].map((one) => [`fuzz.${one}`, 'CPA-CALL-001'])),
      'fuzz.seq': 'CPA-REG-006',
      ...Object.fromEntries(['req-ro', 'req-odd', 'free-null'].map((one) => [`mem.${one}`, 'CPA-CALL-010'])),
      ...Object.fromEntries(
        ['same', 'mixed', 'first', 'migrate', 'churn', 'abandon', 'free-race', 'tsan'].map((one) => [
          `conc.${one}`,
          'CPA-CALL-009',
        ]),
      ),
      'conc.register-race': 'CPA-REG-006',
      'life.reconfigure': 'CPA-REG-006',
      'life.silence': 'CPA-LIFE-001',
      'life.threads': 'CPA-LIFE-001',
      'life.unload': 'CPA-LIFE-002',
      'life.unload-thread-exit': 'CPA-LIFE-002',
      'shutdown.ok': 'CPA-LIFE-001',
    },
    refusesUndeclared: false,
    refusesOtherHosts: false,
    sameIdentity: ['version'],
    ignoresAnswerLength: true,
    // It writes all bodies itself, with encoding/json, and never sends others.
    hostile: 'lenient',
    saysUnknown: ({ ok }) => ok === false,
    // `invalid_request` and the like are the plugin's own words.
    admitsMissing: ({ code, message }) => NO_METHOD.test(code) && /method/i.test(`${code} ${message}`),
  },
};

/** What a profile asks; what the default host asks where nothing else is written down. */
export function policyOf(profile: string): HostPolicy {
  return (POLICIES[profile] ?? POLICIES.cpex) as HostPolicy;
}

/** Weight of a broken test under a profile. */
export function severityOf(test: ConformanceTest, profile: string): Severity {
  return policyOf(profile).severity[test.id] ?? test.severity;
}

/** The clause that a broken test names under a profile. */
export function clauseOf(test: ConformanceTest, profile: string): string {
  return policyOf(profile).clauses[test.id] ?? test.clause;
}
