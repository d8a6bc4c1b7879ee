import { decodeGo } from '../../hosts/go-json/decode.js';
import { freeText } from '../../hosts/go-json/free.js';
import { ZERO_TIME } from '../../hosts/go-json/time.js';
import { fieldsOf } from '../../hosts/json-fields.js';
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
  /** JSON text as the plugin gave it. */
  readonly storage: Uint8Array;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly attributes: Readonly<Record<string, string>>;
  /** RFC 3339; Go's zero time where there is none. */
  readonly nextRefresh: string;
  /** File that it was read from. */
  readonly path?: string;
  /** Models that it may use; all of its provider's when undefined. */
  readonly models?: readonly Model[];
}

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
    ...(defaults.path === undefined ? {} : { path: defaults.path }),
  };
}

/** What the host sends of a credential with most calls. */
export function credentialFields(credential: Credential): Record<string, unknown> {
  return {
    AuthID: credential.id,
    AuthProvider: credential.provider,
    StorageJSON: storageOf(credential),
    Metadata: nilWhenEmpty(metadataOf(credential)),
    Attributes: nilWhenEmpty(attributesOf(credential)),
  };
}

/** One that stands for models which need no credential: the host keeps nothing for it. */
function isBare({ storage, metadata, path }: Credential): boolean {
  return storage.length === 0 && path === undefined && Object.keys(metadata).length === 0;
}

/** What the host sends as the storage of a credential: base64, or nil where there is none that it can read. */
export function storageOf(credential: Credential): string | null {
  const text = isBare(credential) ? undefined : mergedStorage(credential);
  return text === undefined ? null : Buffer.from(text).toString('base64');
}

/** The metadata of a credential, to which the host adds the provider. */
export function metadataOf(credential: Credential): Readonly<Record<string, unknown>> {
  return isBare(credential) ? {} : { ...credential.metadata, type: credential.provider };
}

/** The attributes of a credential, to which the host adds where it lies. */
export function attributesOf({ attributes, path, fileName }: Credential): Readonly<Record<string, string>> {
  if (path !== undefined) return { ...attributes, path, source: path };
  return fileName === '' || (attributes.source ?? '') !== '' ? attributes : { ...attributes, source: fileName };
}

/** A map as the host copies it: nil where it holds nothing. */
export function nilWhenEmpty<T extends object>(map: T): T | null {
  return Object.keys(map).length === 0 ? null : map;
}

/** The content of the file that the host writes; undefined where there is none. */
export function credentialFile(credential: Credential): string | undefined {
  return isBare(credential) ? undefined : mergedStorage(credential);
}

/** The storage as the host hands it out: with the metadata in it and the provider as type. */
function mergedStorage({ storage, metadata, provider }: Credential): string | undefined {
  const blank = Buffer.from(storage).toString('latin1').trim() === '';
  const read = decodeGo(blank ? {} : storage, OBJECT, new Map());
  if (!read.ok) return undefined;
  return freeText({ ...fieldsOf(read.value), ...metadata, type: provider });
}

const OBJECT = { type: 'object', additionalProperties: true };
