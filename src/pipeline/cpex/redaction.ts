import type { ServiceEvent } from '../../model/profile.js';
import { redact, withoutSecrets } from '../../support/secrets.js';
import type { PluginAnswer } from './types.js';

/** Shortest value of a configuration that is taken out of messages; shorter ones are ordinary words. */
const SHORTEST = 8;

/** What has blanks in it is written for people, as the reason of a rule is, unless its name says otherwise. */
const PROSE = /\s/;

/** The value of a header that proves who somebody is, under whatever name. */
const PROOF = /^(?:bearer|basic|token)\s+(\S+)$/i;

/** As {@link SHORTEST}, for what stands under names such as `api_key`; as `redact` has it. */
const SHORTEST_SECRET = 6;

/** Keeps values of a plugin's configuration out of what the host repeats of the plugin's words. */
export class Redaction {
  /** All texts of the configuration that could be secrets, the longest first: one may hold another. */
  private readonly values: readonly string[];
  /** Those under names such as `api_key`. */
  private readonly secrets: readonly string[];

  constructor(config: unknown) {
    this.secrets = longestFirst(withoutSecrets(config).secrets);
    const others = textsOf(config)
      .map((text) => PROOF.exec(text)?.[1] ?? text)
      .filter((text) => text.length >= SHORTEST && !PROSE.test(text));
    this.values = longestFirst([...this.secrets, ...others]);
  }

  /** A message without secrets of the configuration, and without other values of it that could be secrets. */
  text(message: string): string {
    return this.values.length === 0 ? message : redact(message, this.values);
  }

  /** A value in which no text holds a secret of the configuration; other values of it may stand there. */
  withoutSecrets<T>(value: T): T {
    return this.secrets.length === 0 ? value : (mapTexts(value, (text) => redact(text, this.secrets)) as T);
  }

  /**
   * Bytes of a message, in any codec, in which secrets are written over with asterisks.
   * @param all other values that could be secrets as well, for what configures a plugin and for failures
   */
  bytes(body: Uint8Array, all = false): Uint8Array {
    const forms = (all ? this.values : this.secrets)
      .filter((text) => text.length >= SHORTEST_SECRET)
      // As it is in MessagePack, and as JSON writes it.
      .flatMap((text) => [text, JSON.stringify(text).slice(1, -1)]);
    const masked = Buffer.from(body);
    for (const form of forms.map((text) => Buffer.from(text))) {
      for (let at = masked.indexOf(form); at !== -1; at = masked.indexOf(form, at + form.length)) {
        masked.fill('*', at, at + form.length);
      }
    }
    return masked;
  }

  /** What a plugin did through its host, without secrets of the configuration. */
  event(event: ServiceEvent): ServiceEvent {
    if (event.kind !== 'output' && event.kind !== 'step_log') return this.withoutSecrets(event);
    return { ...event, bytes: this.bytes(event.bytes) };
  }

  /** An answer whose failure does not quote the configuration. */
  answer(answer: PluginAnswer): PluginAnswer {
    if (answer.kind === 'result' || this.values.length === 0) return answer;
    const { details } = answer;
    return {
      ...answer,
      message: this.text(answer.message),
      code: this.text(answer.code),
      ...(details === undefined ? {} : { details: mapTexts(details, (text) => this.text(text)) }),
    };
  }
}

function longestFirst(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort((a, b) => b.length - a.length);
}

function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(textsOf);
}

function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((one) => mapTexts(one, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [change(key), mapTexts(one, change)]));
}
