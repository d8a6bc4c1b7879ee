import type { OnError } from './effects.js';
import type { Codec } from './types.js';

/** A configuration as its file has it, after the schema has passed it. */
export interface RawConfig {
  readonly plugins: readonly RawPlugin[];
  readonly plugin_settings?: RawSettings;
  readonly plugin_dirs?: readonly string[];
  readonly authentication?: unknown;
  readonly global?: {
    readonly policies?: { readonly all?: RawGroup };
    readonly defaults?: Readonly<Partial<Record<EntityType, RawGroup>>>;
  };
  readonly groups?: Readonly<Record<string, RawGroup>>;
  readonly routes?: readonly RawRoute[];
}

/** How the plugins of a configuration are taken. */
export interface ConfigOptions {
  /** The debug builds of projects. */
  readonly debug?: boolean;
  /** Libraries of projects by their folders, kept from configuration to configuration so that each is built once. */
  readonly built?: Map<string, Promise<string>>;
}

/** What a request can be about. */
export const ENTITY_TYPES = ['tool', 'resource', 'prompt', 'llm'] as const;
export type EntityType = (typeof ENTITY_TYPES)[number];

export interface RawSettings {
  readonly routing_enabled?: boolean;
  /** Seconds. */
  readonly plugin_timeout?: number;
  readonly short_circuit_on_deny?: boolean;
  readonly route_cache_max_entries?: number;
  readonly codec?: Codec;
  readonly parallel_execution_within_band?: boolean;
  readonly fail_on_plugin_error?: boolean;
}

/** What an entry says, and a route may say otherwise. */
export interface RawBehaviour {
  readonly mode?: string;
  readonly priority?: number;
  readonly on_error?: OnError;
  readonly capabilities?: readonly string[];
  readonly config?: Readonly<Record<string, unknown>>;
  /** Seconds. */
  readonly timeout?: number;
}

export interface RawPlugin extends RawBehaviour {
  readonly name: string;
  readonly kind: string;
  readonly hooks?: readonly string[];
  readonly tags?: readonly string[];
  readonly conditions?: readonly Readonly<Record<string, readonly string[]>>[];
  readonly codec?: Codec;
}

export interface RawGroup {
  readonly plugins: readonly RawUse[];
}

/** A plugin by its name, or with settings that hold where it is named. */
export type RawUse = string | ({ readonly name: string } & RawBehaviour);

export interface RawRoute extends Readonly<Partial<Record<EntityType, string | readonly string[]>>> {
  readonly meta?: { readonly scope?: string; readonly tags?: readonly string[] };
  readonly when?: string;
  readonly plugins?: readonly RawUse[];
}
