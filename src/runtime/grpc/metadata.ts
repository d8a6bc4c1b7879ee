type Key = unknown;

/** The part of the Reflect Metadata API that the library for certificates asks for. */
interface MetadataApi {
  getMetadata?(key: Key, target: object): unknown;
  getOwnMetadata?(key: Key, target: object): unknown;
  defineMetadata?(key: Key, value: unknown, target: object): void;
}

/** Gives `Reflect` these functions where nobody has: without them that library does not load. */
export function provideMetadata(): void {
  const api = Reflect as MetadataApi;
  if (api.getMetadata !== undefined) return;
  const known = new WeakMap<object, Map<Key, unknown>>();
  api.defineMetadata = (key, value, target) => {
    known.set(target, (known.get(target) ?? new Map<Key, unknown>()).set(key, value));
  };
  api.getOwnMetadata = (key, target) => known.get(target)?.get(key);
  api.getMetadata = (key, target) => {
    for (let at: object | null = target; at !== null; at = Object.getPrototypeOf(at) as object | null) {
      const found = known.get(at);
      if (found?.has(key) === true) return found.get(key);
    }
    return undefined;
  };
}
