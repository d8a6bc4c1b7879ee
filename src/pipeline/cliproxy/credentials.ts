import { fieldsOf } from '../../hosts/json-fields.js';
import { parseExact, stringifyExact } from '../../support/exact-json.js';
import type { Model } from './claims.js';
import { bytesOf, textOf } from './values.js';

/** A credential as the host knows it while it runs. */
export interface Credential {
  readonly id: string;
  /** In lower case. */
  readonly provider: string;
  readonly fileName: string;
  readonly label: string;
  readonly disabled: boolean;
  /** JSON text. */
  readonly storage: Uint8Array;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly attributes: Readonly<Record<string, string>>;
  /** RFC 3339; Go's zero time where there is none. */
  readonly nextRefresh: string;
  /** Models that it may use; all of its provider's when undefined. */
  readonly models?: readonly Model[];
}

export const ZERO_TIME = '0001-01-01T00:00:00Z';

/**
 * Makes a credential of what a plugin said.
 * @param defaults what stands in for fields that are empty
 * @returns undefined where no provider is known
 */
export function readCredential(data: unknown, defaults: Partial<Credential>): Credential | undefined {
  const fields = fieldsOf(data);
  const text = (name: string, fallback = '') => textOf(fields[name]).trim() || fallback;
  const provider = text('Provider', defaults.provider).toLowerCase();
  if (provider === '') return undefined;
  const fileName = text('FileName', defaults.fileName);
  const storage = bytesOf(fields.StorageJSON);
  const metadata = fieldsOf(fields.Metadata);
  const attributes = fieldsOf(fields.Attributes) as Record<string, string>;
  const next = text('NextRefreshAfter', ZERO_TIME);
  return {
    id: text('ID', defaults.id ?? fileName),
    provider,
    fileName,
    label: text('Label', defaults.label),
    disabled: fields.Disabled === true,
    storage: storage.length > 0 ? storage : (defaults.storage ?? new Uint8Array(0)),
    metadata: Object.keys(metadata).length > 0 ? metadata : (defaults.metadata ?? {}),
    attributes: Object.keys(attributes).length > 0 ? attributes : (defaults.attributes ?? {}),
    nextRefresh: next === ZERO_TIME ? (defaults.nextRefresh ?? ZERO_TIME) : next,
  };
}

/** What the host sends of a credential with most calls. */
export function credentialFields(credential: Credential): Record<string, unknown> {
  return {
    AuthID: credential.id,
    AuthProvider: credential.provider,
    StorageJSON: credential.storage.length === 0 ? null : Buffer.from(credential.storage).toString('base64'),
    Metadata: nilWhenEmpty(credential.metadata),
    Attributes: nilWhenEmpty(credential.attributes),
  };
}

/** A map as the host copies it: nil where it holds nothing. */
export function nilWhenEmpty<T extends object>(map: T): T | null {
  return Object.keys(map).length === 0 ? null : map;
}

/** The content of the file that the host writes: the storage with what the metadata adds, and the provider as type. */
export function credentialFile(credential: Credential): string | undefined {
  const text = Buffer.from(credential.storage).toString('utf8');
  let stored: unknown;
  try {
    stored = text.trim() === '' ? {} : parseExact(text);
  } catch {
    return undefined;
  }
  const storage = fieldsOf(stored);
  if (stored !== storage) return undefined;
  const whole: Record<string, unknown> = { ...storage, ...credential.metadata };
  if (textOf(whole.type).trim() === '') whole.type = credential.provider;
  return Object.keys(whole).length === 1 && text.trim() === '' ? undefined : stringifyExact(whole);
}
