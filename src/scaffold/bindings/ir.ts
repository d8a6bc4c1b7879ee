/** What a value on the wire is, in words that C, Go and Rust emitters share. */
export type Type =
  /** With `time`: a point in time as RFC 3339 text, whose zero value is Go's zero time. */
  | { readonly kind: 'string'; readonly time?: boolean }
  /** Base64 on the wire, raw bytes in the language. */
  | { readonly kind: 'bytes' }
  | { readonly kind: 'bool' }
  /** With `unit`: a duration. */
  | { readonly kind: 'int'; readonly bits: 32 | 64; readonly signed: boolean; readonly unit?: 'ns' }
  | { readonly kind: 'float' }
  /** Any JSON value, null included. */
  | { readonly kind: 'json' }
  /** Any JSON object; its members are open. */
  | { readonly kind: 'object' }
  /** A string that has exactly this value. */
  | { readonly kind: 'const'; readonly value: string }
  | { readonly kind: 'array'; readonly items: Type }
  /** An object whose members all have one type. */
  | { readonly kind: 'map'; readonly values: Type }
  /** A declaration of the same contract, by name. */
  | { readonly kind: 'ref'; readonly name: string };

/** The spellings of one name; emitters take the one their language wants. */
export interface Name {
  /** As it stands on the wire: `cmf.tool_pre_invoke`. */
  readonly wire: string;
  /** `cmf_tool_pre_invoke` */
  readonly snake: string;
  /** `CmfToolPreInvoke` */
  readonly pascal: string;
  /** `CMF_TOOL_PRE_INVOKE` */
  readonly upper: string;
}

export interface Field {
  readonly name: Name;
  readonly description: string;
  /** A field that is not required is left out of the JSON when unset. */
  readonly required: boolean;
  /** Left out of the JSON when it has its zero value; see {@link ContractIr.encoding}. */
  readonly omitEmpty: boolean;
  /** A struct that may be absent: its zero value is null. */
  readonly pointer: boolean;
  readonly type: Type;
}

/** An object with known fields in wire order. Unknown fields are legal and survive a round trip. */
export interface Struct {
  readonly kind: 'struct';
  readonly name: Name;
  readonly description: string;
  readonly fields: readonly Field[];
}

/** One of several structs, told apart by a constant in the field `tag`. */
export interface Union {
  readonly kind: 'union';
  readonly name: Name;
  readonly description: string;
  /** Wire name of the field that tells the variants apart. */
  readonly tag: string;
  readonly variants: readonly Variant[];
  /** Objects with another tag are legal, and survive a round trip as they are. */
  readonly open: boolean;
}

export interface Variant {
  /** Value of the tag; its spellings name the variant. */
  readonly tag: Name;
  /** Name of the variant's struct, which holds the tag as a `const` field. */
  readonly struct: string;
}

/** A string out of a closed list. */
export interface Enum {
  readonly kind: 'enum';
  readonly name: Name;
  readonly description: string;
  readonly values: readonly Name[];
}

/** Another name for a type that needs no declaration of its own. */
export interface Alias {
  readonly kind: 'alias';
  readonly name: Name;
  readonly description: string;
  readonly type: Type;
}

export type Declaration = Struct | Union | Enum | Alias;

/** A method that the host calls, or a callback that the plugin calls. */
export interface Method {
  readonly name: Name;
  readonly summary: string;
  /** Capability that implies it; absent for life cycle methods and callbacks. */
  readonly capability?: string;
  /** Declaration names. */
  readonly request: string;
  readonly result: string;
  /** Requests that it can be tried with, for generated tests. Plain JSON; with `go-json` zero values may be missing. */
  readonly samples: readonly unknown[];
}

export interface Hook {
  readonly name: Name;
  /** Other wire spellings that a host may send. */
  readonly aliases: readonly string[];
  /** Declaration name of the payload, e.g. `ToolPreInvokePayload`. */
  readonly payload: string;
  /** A valid payload, for generated tests. Plain JSON. */
  readonly sample: unknown;
}

/** What a plugin may declare, and the methods that come with it. */
export interface Capability {
  readonly name: Name;
  readonly summary: string;
  /** Wire names of the methods that it implies. */
  readonly methods: readonly string[];
  /** Lowest schema version that has it. */
  readonly schemaVersion: number;
}

/** A contract without any JSON Schema left in it: what the emitters read. */
export interface ContractIr {
  readonly profile: string;
  readonly abiVersion: number;
  readonly schemaVersion: number;
  /**
   * `json`: fields that are not required are left out when unset. `go-json`: what Go's encoding/json makes of
   * structs without pointers: every field is there unless it is `omitEmpty`, with its zero value when unset
   * (lists, maps and bytes: null; times: `0001-01-01T00:00:00Z`); readers take a missing field or null for zero.
   */
  readonly encoding: 'json' | 'go-json';
  /** Types in the order of `types.json`; enums found inside a field precede the struct that uses them first. */
  readonly declarations: readonly Declaration[];
  readonly methods: readonly Method[];
  readonly callbacks: readonly Method[];
  readonly capabilities: readonly Capability[];
  readonly hooks: readonly Hook[];
}

/** The declaration that a `ref` names. The parser has checked that it is there. */
export function declarationOf(ir: ContractIr, name: string): Declaration {
  const found = ir.declarations.find((declaration) => declaration.name.pascal === name);
  if (found === undefined) throw new RangeError(`no declaration named ${name}`);
  return found;
}
