import type { BuildScope, ServiceOptions } from '../../model/profile.js';
import { ServiceError } from './service-error.js';
import { diskStore, type KeyValueStore, memoryStore, storeFolder } from './store.js';

/** Longest key in bytes of UTF-8. */
export const MAX_KEY = 512;
/** Longest value in bytes. */
export const MAX_VALUE = 1024 * 1024;

export type KvScope = 'plugin' | BuildScope;

/**
 * The three scopes of one plugin. The plugin scope outlives the session where there is a folder for it; the others
 * last as long as the build or the step, which `begin` tells of, and no longer than the session.
 */
export class ScopedStores {
  private readonly stores: Record<KvScope, KeyValueStore>;
  private seeded: Promise<void> | undefined;
  /** Builds and steps that run. */
  private readonly open: Record<BuildScope, number> = { build: 0, step: 0 };

  constructor(private readonly options: Pick<ServiceOptions, 'pluginId' | 'stateFolder' | 'script'>) {
    const { stateFolder, pluginId } = options;
    this.stores = {
      plugin: stateFolder === undefined ? memoryStore() : diskStore(storeFolder(stateFolder, pluginId)),
      build: memoryStore(),
      step: memoryStore(),
    };
  }

  /**
   * Begins a build or a step. Its values go when the function that is returned is called for the last one that runs;
   * what was stored outside of any lasts until then as well.
   */
  begin(scope: BuildScope): () => void {
    this.open[scope]++;
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      if (--this.open[scope] === 0) this.stores[scope] = memoryStore();
    };
  }

  async get(scope: KvScope, key: string): Promise<Uint8Array | undefined> {
    return (await this.ready(scope, key)).get(key);
  }

  async set(scope: KvScope, key: string, value: Uint8Array): Promise<void> {
    if (value.length > MAX_VALUE) {
      throw new ServiceError('too_large', `The value has ${value.length} bytes; the limit is ${MAX_VALUE}.`);
    }
    await (await this.ready(scope, key)).set(key, value);
  }

  async delete(scope: KvScope, key: string): Promise<boolean> {
    return (await this.ready(scope, key)).delete(key);
  }

  async list(scope: KvScope, prefix: string): Promise<string[]> {
    return (await this.ready(scope, 'any')).list(prefix);
  }

  private async ready(scope: KvScope, key: string): Promise<KeyValueStore> {
    if (key === '') throw new ServiceError('invalid_request', '"key" must not be empty.');
    const size = Buffer.byteLength(key);
    if (size > MAX_KEY) throw new ServiceError('too_large', `The key has ${size} bytes; the limit is ${MAX_KEY}.`);
    this.seeded ??= this.seed();
    await this.seeded;
    return this.stores[scope];
  }

  /** Puts in what a case file says is there from the start. */
  private async seed(): Promise<void> {
    for (const [scope, entries] of Object.entries(this.options.script?.kv ?? {})) {
      const store = Object.hasOwn(this.stores, scope) ? this.stores[scope as KvScope] : undefined;
      for (const [key, text] of Object.entries(entries)) await store?.set(key, Buffer.from(text, 'utf8'));
    }
  }
}
