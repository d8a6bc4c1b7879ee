import fc from 'fast-check';
import type { HostProfile } from '../../model/profile.js';
import type { ServiceReply } from '../../model/session.js';
import { jsonOf, mutated } from './mutate-value.js';
import { valuesOf } from './schema-values.js';

/** Values that are made for each callback. */
const VALUES = 48;

/** Makes hostile answers for the callbacks of a profile. */
export class HostileAnswers {
  private readonly values = new Map<string, readonly unknown[]>();

  constructor(
    private readonly profile: HostProfile,
    private readonly seed: number,
  ) {}

  /** What to answer instead of the usual; `null` for that. */
  pick(method: string, dice: () => number): ServiceReply | null {
    const kind = dice() % 20;
    if (kind < 5) return null;
    if (kind < 8) return this.wellFormed(method, dice);
    if (kind < 13) return { code: 0, body: this.changed(method, dice) };
    const body = REPLIES[dice() % REPLIES.length] ?? '';
    return { code: kind < 17 ? 0 : ((dice() % 5) - 2) | 1, body: typeof body === 'string' ? Buffer.from(body) : body };
  }

  /** A valid answer, with other values than the host's. */
  private wellFormed(method: string, dice: () => number): ServiceReply {
    return { code: 0, body: Buffer.from(jsonOf({ ok: true, result: this.value(method, dice) })) };
  }

  /** An answer in which one member is missing, or something else. */
  private changed(method: string, dice: () => number): Buffer {
    const body = Buffer.from(mutated({ ok: true, result: this.value(method, dice) }, dice()));
    return dice() % 6 === 0 ? body.subarray(0, dice() % (body.length + 1)) : body;
  }

  private value(method: string, dice: () => number): unknown {
    let values = this.values.get(method);
    if (values === undefined) {
      const { callbacks, types } = this.profile.contract;
      values = fc.sample(valuesOf(callbacks.get(method)?.result ?? {}, types), { seed: this.seed, numRuns: VALUES });
      this.values.set(method, values);
    }
    return values[dice() % values.length];
  }
}

/** Answers that need no value. */
const REPLIES: readonly (string | Uint8Array)[] = [
  ...['', 'null', '{}', '[]', '""', '0', '{', '{"ok":', '{"ok":true}', '{"ok":true,"result":null}', '{"ok":1}', '\0'],
  ...['{"ok":true,"result":{}}', '{"ok":true,"result":[]}', '{"ok":true,"result":"x"}', '{"ok":true,"result":1e999}'],
  ...['{"ok":false}', '{"ok":false,"error":null}', '{"ok":false,"error":{}}', '{"ok":false,"error":"x"}'],
  '{"ok":false,"error":{"code":"unavailable","message":"not now"}}',
  '{"ok":false,"error":{"code":7,"message":{}}}',
  '{"ok":true,"result":{},"error":{"code":"a","message":"b"}}',
  `${'['.repeat(500)}${']'.repeat(500)}`,
  `{"ok":true,"result":"${'x'.repeat(70_000)}"}`,
  '{"ok":true,"result":"\\ud83d"}',
  Uint8Array.of(0xff, 0xfe, 0),
  Uint8Array.of(0x7b, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x3a, 0x31, 0x7d),
];
