import { randomBytes } from 'node:crypto';
import { fieldsOf } from '../../../hosts/json-fields.js';
import type { Finding } from '../../../model/finding.js';
import { SessionFailure } from '../../../runtime/failure.js';
import type { Subject } from '../../subject.js';
import type { TestOutcome } from '../types.js';
import { differences, type Fields, finding, type Seam, type SeamAnswer, Unproven, withSeam } from './console-seam.js';
import { howLost } from './console-times.js';

/** Unix nanoseconds that neither a double nor microseconds can hold. */
const CREATED = '1767225600123456789';
const UPDATED = '1767225601987654321';

/** Text as people write it, which is an end of a word in many a language of queries. */
const TEXT = 'It\'s "50 %" – é, 漢字, 🙂\n; --';

/** What stores keep under keys, with a value of each that has something in every field. */
const KINDS: readonly { readonly kind: string; readonly list: string; readonly full: Fields }[] = [
  {
    kind: 'Flag',
    list: 'flags',
    full: {
      description: TEXT,
      enabled: true,
      scope: 'global',
      rollout: 37,
      // In an order that sorting would change.
      variants: [
        { key: 'green', value: 'G', weight: 20 },
        { key: 'blue', value: 'B', weight: 30 },
        { key: 'red', value: 'R', weight: 50 },
      ],
      cohort: 'beta',
      experiment: 'checkout',
    },
  },
  {
    kind: 'Component',
    list: 'components',
    full: {
      name: 'API',
      description: TEXT,
      provider: 'http',
      config: { url: 'https://example.com/healthz', interval: '30s' },
    },
  },
];

/** con.store.ping */
export function canBeUsed(subject: Subject): Promise<TestOutcome> {
  return withSeam(subject, 'store', async (seam) => {
    const { status, said } = await seam.call('Ping', {});
    if (status === 'OK') return [];
    const remedy = 'Give the plugin what it needs to reach its database: variables go under process.env in cpex.yaml.';
    return [{ ...finding('con.store.ping', 'The store says that it cannot be used.', [`Ping: ${said}`]), remedy }];
  });
}

/** con.store.keep: each kind, once with something in every field and once with nothing but its key. */
export function keepsAll(subject: Subject): Promise<TestOutcome> {
  return withStore(subject, 'con.store.keep', async (store) => {
    for (const { kind, full } of KINDS) {
      for (const value of [full, {}]) {
        const given = await store.create(kind, value);
        if (given !== undefined) await store.compare(kind, given, 'is not what was created');
      }
    }
  });
}

/** con.store.times: exact to the nanosecond, and 0 stays 0. */
export function keepsTimes(subject: Subject): Promise<TestOutcome> {
  return withStore(subject, 'con.store.times', async (store) => {
    for (const [created, updated] of [
      [CREATED, UPDATED],
      ['0', '0'],
    ] as const) {
      const times = { createdAtUnixNano: created, updatedAtUnixNano: updated };
      store.seam.fit('CreateFlag', {}, ['key', ...Object.keys(times)]);
      const given = await store.create('Flag', times);
      if (given !== undefined) store.compareTimes(times, await store.get('Flag', given), 'The flag');
    }
  });
}

/** con.store.missing */
export function missesByCode(subject: Subject): Promise<TestOutcome> {
  return withStore(subject, 'con.store.missing', async (store) => {
    for (const { kind } of KINDS) {
      for (const verb of ['Get', 'Update', 'Delete']) {
        const method = `${verb}${kind}`;
        store.expect(
          'NOT_FOUND',
          method,
          await store.seam.call(method, store.nobody(method)),
          'for a key that is not there',
        );
      }
    }
    store.expect(
      'NOT_FOUND',
      'LatestCheck',
      await store.seam.call('LatestCheck', store.nobody('LatestCheck')),
      'for a component that is not there',
    );
  });
}

/** con.store.conflict: refused with its code, and what was there stays. */
export function refusesConflicts(subject: Subject): Promise<TestOutcome> {
  return withStore(subject, 'con.store.conflict', async (store) => {
    for (const { kind, full } of KINDS) {
      const given = await store.create(kind, full);
      if (given === undefined) continue;
      const method = `Create${kind}`;
      const other = store.seam.fit(method, { ...given, description: 'Another one.' });
      store.expect('ALREADY_EXISTS', method, await store.seam.call(method, other), 'for a key that is taken');
      await store.compare(kind, given, 'is another one after a conflict');
    }
  });
}

/** con.store.update */
export function updates(subject: Subject): Promise<TestOutcome> {
  return withStore(subject, 'con.store.update', async (store) => {
    for (const { kind, full } of KINDS) {
      const before = await store.create(kind, { description: 'Before.', ...(kind === 'Flag' ? { rollout: 99 } : {}) });
      if (before === undefined) continue;
      const method = `Update${kind}`;
      const after = store.seam.fit(method, { ...full, key: before.key });
      if (!store.expect('OK', method, await store.seam.call(method, after))) continue;
      await store.compare(kind, after, `is not what ${method} was given`);
    }
  });
}

/** con.store.delete: what is deleted is gone, and the key is free again. */
export function deletes(subject: Subject): Promise<TestOutcome> {
  return withStore(subject, 'con.store.delete', async (store) => {
    for (const { kind, full } of KINDS) {
      const given = await store.create(kind, full);
      if (given === undefined) continue;
      const method = `Delete${kind}`;
      if (!store.expect('OK', method, await store.seam.call(method, { key: given.key }))) continue;
      const gone = await store.seam.call(`Get${kind}`, { key: given.key });
      if (!store.expect('NOT_FOUND', `Get${kind}`, gone, `after ${method}`)) continue;
      store.expect('OK', `Create${kind}`, await store.seam.call(`Create${kind}`, given), `after ${method}`);
    }
  });
}

/** con.store.list: what others keep there is nobody's business. */
export function lists(subject: Subject): Promise<TestOutcome> {
  return withStore(subject, 'con.store.list', async (store) => {
    for (const { kind, list, full } of KINDS) {
      const method = `List${kind}s`;
      store.seam.requireAnswer(method, list);
      const [first, second] = [await store.create(kind, full), await store.create(kind, full)];
      if (first === undefined || second === undefined) continue;
      const entries = await store.list(method, list);
      if (entries === undefined) continue;
      for (const given of [first, second]) store.compareListed(method, entries, 'key', given);
      await store.seam.call(`Delete${kind}`, { key: first.key });
      const left = (await store.list(method, list)) ?? [];
      if (left.some(({ key }) => key === first.key)) store.tell(`${method} has what was deleted.`);
    }
  });
}

/** con.store.checks: the newest check is the one that counts. */
export function keepsChecks(subject: Subject): Promise<TestOutcome> {
  return withStore(subject, 'con.store.checks', async (store) => {
    const { seam } = store;
    seam.fit('RecordCheck', {}, ['component', 'checkedAtUnixNano']);
    seam.requireAnswer('LatestCheck', 'component', 'checkedAtUnixNano');
    seam.requireAnswer('LatestChecks', 'checks');
    const component = await store.create('Component', KINDS[1]?.full ?? {});
    if (component === undefined) return;
    const about = { component: component.key, latencyNanos: '1500001' };
    const older = { ...about, state: 1, message: 'reachable', checkedAtUnixNano: CREATED };
    const newer = { ...about, state: 2, message: TEXT, checkedAtUnixNano: UPDATED };
    for (const check of [older, newer]) {
      const given = seam.fit('RecordCheck', check, ['component']);
      if (!store.expect('OK', 'RecordCheck', await seam.call('RecordCheck', given))) return;
      const got = await seam.call('LatestCheck', { key: component.key });
      if (!store.expect('OK', 'LatestCheck', got, 'after RecordCheck')) return;
      const { checkedAtUnixNano, ...rest } = given;
      const differs = differences(rest, got.result);
      if (differs.length > 0) store.tell('LatestCheck is not the check that was recorded last.', differs);
      else store.compareTimes({ checkedAtUnixNano }, got.result, 'The check');
    }
    const entries = await store.list('LatestChecks', 'checks');
    const { checkedAtUnixNano: _, ...last } = seam.fit('RecordCheck', newer, ['component']);
    if (entries !== undefined) store.compareListed('LatestChecks', entries, 'component', last);
  });
}

/** Judges a store with keys of its own, and takes what it created away. */
function withStore(subject: Subject, id: string, check: (store: StoreTest) => Promise<void>): Promise<TestOutcome> {
  return withSeam(subject, 'store', async (seam) => {
    const store = new StoreTest(seam, id);
    try {
      await check(store);
    } finally {
      await store.clean();
    }
    return store.findings;
  });
}

/** What a test does with a store, and what it finds. */
class StoreTest {
  readonly findings: Finding[] = [];
  /** What no other keys begin with: a store may hold somebody's data. */
  private readonly prefix = `cpex-test-${randomBytes(6).toString('hex')}`;
  private readonly created: { readonly kind: string; readonly key: string }[] = [];

  constructor(
    readonly seam: Seam,
    private readonly id: string,
  ) {}

  tell(message: string, evidence: readonly string[] = []): void {
    this.findings.push(finding(this.id, message, evidence));
  }

  /** Whether an answer has that status; a finding where it has not. */
  expect(wanted: string, method: string, { status, said }: SeamAnswer, when = ''): boolean {
    if (status === wanted) return true;
    const words = when === '' ? '' : ` ${when}`;
    this.tell(`${method} answers ${status}${words}, and should answer ${wanted}.`, said === status ? [] : [said]);
    return false;
  }

  /** A request for what is not there. */
  nobody(method: string): Fields {
    return this.seam.fit(method, { key: `${this.prefix}-nobody` });
  }

  /** Creates one with a key of its own; undefined, and a finding, where the store refuses it. */
  async create(kind: string, value: Fields): Promise<Fields | undefined> {
    const key = `${this.prefix}-${this.created.length}`;
    const given = this.seam.fit(`Create${kind}`, { key, ...value });
    this.created.push({ kind, key });
    const answer = await this.seam.call(`Create${kind}`, given);
    return this.expect('OK', `Create${kind}`, answer, 'for a new key') ? given : undefined;
  }

  /** What is kept under the key; nothing, and a finding, where that cannot be read back. */
  async get(kind: string, { key }: Fields): Promise<Fields> {
    const answer = await this.seam.call(`Get${kind}`, { key });
    this.expect('OK', `Get${kind}`, answer, 'for what is there');
    return answer.result;
  }

  async compare(kind: string, given: Fields, words: string): Promise<void> {
    const answer = await this.seam.call(`Get${kind}`, { key: given.key });
    if (!this.expect('OK', `Get${kind}`, answer, 'for what is there')) return;
    const differs = differences(given, answer.result);
    if (differs.length > 0) this.tell(`What Get${kind} answers ${words}.`, differs);
  }

  compareTimes(given: Fields, got: Fields, what: string): void {
    for (const [name, time] of Object.entries(given)) {
      const lost = howLost(String(time), got[name]);
      if (lost !== undefined)
        this.tell(`${what} comes back with another time: ${lost}.`, differences({ [name]: time }, got));
    }
  }

  async list(method: string, field: string): Promise<Fields[] | undefined> {
    const answer = await this.seam.call(method, {});
    if (!this.expect('OK', method, answer)) return undefined;
    const entries = answer.result[field];
    if (!Array.isArray(entries)) throw new Unproven(`the contract has no list ${field} in the answer of ${method}`);
    return entries.map(fieldsOf);
  }

  /** Holds a list to have an entry once and whole. */
  compareListed(method: string, entries: readonly Fields[], key: string, given: Fields): void {
    const mine = entries.filter((entry) => entry[key] === given[key]);
    const [entry] = mine;
    if (entry === undefined || mine.length > 1) {
      this.tell(`${method} has what is there ${mine.length === 0 ? 'not at all' : `${mine.length} times`}.`);
      return;
    }
    const differs = differences(given, entry);
    if (differs.length > 0) this.tell(`What ${method} answers is not what was given.`, differs);
  }

  /** A plugin that is gone has nothing to be taken away from. */
  async clean(): Promise<void> {
    try {
      for (const { kind, key } of this.created) await this.seam.call(`Delete${kind}`, { key });
    } catch (error) {
      if (!(error instanceof SessionFailure)) throw error;
    }
  }
}
