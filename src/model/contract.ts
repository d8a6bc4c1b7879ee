/** A JSON Schema (2020-12), limited to the subset that `docs/architecture.md` names. */
export type JsonSchema = { readonly [key: string]: unknown };

/** A function that one side offers to the other. */
export interface MethodContract {
  readonly name: string;
  readonly summary: string;
  readonly request: JsonSchema;
  readonly result: JsonSchema;
  /** Capability that implies this method; absent for life cycle methods and callbacks. */
  readonly capability?: string;
  /** Valid requests, used by the conformance tests, the fuzzers and the docs. */
  readonly samples: readonly unknown[];
}

/** What a plugin may say it can do. */
export interface CapabilityContract {
  readonly name: string;
  readonly summary: string;
  /** Word before the colon of `--capability WORD[:ARG]`. */
  readonly flag: string;
  /** What the argument means; absent where the capability takes none. */
  readonly argument?: { readonly name: string; readonly pattern: string; readonly values?: readonly string[] };
  readonly methods: readonly string[];
}

/** The methods, callbacks and capabilities of a host profile. Plain data. */
export interface Contract {
  readonly profile: string;
  readonly abiVersion: number;
  readonly schemaVersion: number;
  /** What `$ref: "types.json#/$defs/NAME"` in the schemas of this contract points to, by NAME. */
  readonly types: ReadonlyMap<string, JsonSchema>;
  /** Methods that the host calls, by name. */
  readonly methods: ReadonlyMap<string, MethodContract>;
  /** Methods that the plugin may call on the host, by name. */
  readonly callbacks: ReadonlyMap<string, MethodContract>;
  readonly capabilities: ReadonlyMap<string, CapabilityContract>;
  /** Hook names with the schema of their payload; empty where the profile has no hooks. */
  readonly hooks: ReadonlyMap<string, HookContract>;
}

export interface HookContract {
  readonly name: string;
  /** Other spellings that the host accepts and `check` reports. */
  readonly aliases: readonly string[];
  /** Name of the payload type in the bindings, e.g. `ToolPreInvokePayload`. */
  readonly payloadType: string;
  readonly payload: JsonSchema;
  readonly sample: unknown;
}
