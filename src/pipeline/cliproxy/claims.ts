import { byRank, type Ranked } from './order.js';

/** A model that a plugin offers; the rest of its record is kept as the plugin wrote it. */
export interface Model {
  readonly ID: string;
  readonly [field: string]: unknown;
}

/** What a plugin asks for when models and executors are registered. */
export interface Claimant extends Ranked {
  /** The provider that its models name, else its executor; in lower case, undefined where there is none. */
  readonly provider?: string;
  readonly models: readonly Model[];
  readonly executor: boolean;
}

/** A model that the host serves, and through whom. */
export interface ServedModel {
  readonly model: Model;
  readonly provider: string;
  /** Plugin that offers it. */
  readonly plugin: string;
}

/** Who got what. */
export interface Claims {
  /** Provider → plugin whose executor serves it. */
  readonly executors: ReadonlyMap<string, string>;
  readonly models: readonly ServedModel[];
  /** Why something was left out, in our words: the host says nothing of these. */
  readonly warnings: readonly string[];
}

/**
 * Shares providers and models out as the host does: plugins of higher rank first; a model has one executor, and
 * one plugin executes for a provider.
 * @param native providers that the host serves by itself
 */
export function shareOut(claimants: readonly Claimant[], native: ReadonlySet<string>): Claims {
  const executors = new Map<string, string>();
  const claimed = new Map<string, string>();
  const models: ServedModel[] = [];
  const warnings: string[] = [];
  for (const one of [...claimants].sort(byRank)) {
    const { id: plugin, provider } = one;
    if (provider === undefined) continue;
    const offer = (model: Model) => models.push({ model, provider, plugin });
    if (!one.executor) one.models.forEach(offer);
    else if (native.has(provider)) {
      warnings.push(`plugin ${plugin}: the host serves provider ${provider} by itself, so this executor is skipped`);
      one.models.forEach(offer);
    } else if (executors.has(provider)) {
      const owner = executors.get(provider);
      warnings.push(`plugin ${plugin}: provider ${provider} belongs to plugin ${owner}, so this executor is skipped`);
    } else {
      const free = one.models.filter((model) => !claimed.has(model.ID));
      for (const model of one.models) {
        const owner = claimed.get(model.ID);
        if (owner !== undefined)
          warnings.push(`plugin ${plugin}: model ${model.ID} belongs to plugin ${owner}, skipped`);
      }
      // One whose models all belong to others does not get its provider either.
      if (one.models.length > 0 && free.length === 0) continue;
      executors.set(provider, plugin);
      for (const model of free) {
        claimed.set(model.ID, plugin);
        offer(model);
      }
    }
  }
  return { executors, models, warnings };
}

/** A plugin that changes requests for one provider. */
export interface ThinkingClaim extends Ranked {
  readonly provider: string;
}

/** Provider → plugin that applies thinking; of two the one of higher rank. */
export function shareThinking(claims: readonly ThinkingClaim[]): {
  readonly appliers: ReadonlyMap<string, string>;
  readonly warnings: readonly string[];
} {
  const appliers = new Map<string, string>();
  const warnings: string[] = [];
  for (const { id, provider } of [...claims].sort(byRank)) {
    const owner = appliers.get(provider);
    if (NATIVE_THINKING.has(provider)) {
      warnings.push(
        `plugin ${id}: the host applies thinking for ${provider} by itself, so this applier is never asked`,
      );
    } else if (owner !== undefined) {
      warnings.push(
        `plugin ${id}: thinking for ${provider} belongs to plugin ${owner}, so this applier is never asked`,
      );
    } else appliers.set(provider, id);
  }
  return { appliers, warnings };
}

const NATIVE_THINKING: ReadonlySet<string> = new Set([
  'gemini',
  'claude',
  'openai',
  'codex',
  'antigravity',
  'kimi',
  'xai',
]);

/** A way to authenticate clients. */
export interface FrontendAuth extends Ranked {
  /** `plugin:<id>:<identifier>`. */
  readonly key: string;
  readonly exclusive: boolean;
}

/** Those that are asked, in order: all, or the exclusive one of the highest rank alone. */
export function frontendOrder(all: readonly FrontendAuth[]): {
  readonly asked: readonly FrontendAuth[];
  readonly warnings: readonly string[];
} {
  const ranked = [...all].sort(byRank);
  const exclusive = ranked.find((one) => one.exclusive);
  if (exclusive === undefined) return { asked: ranked, warnings: [] };
  const others = ranked.filter((one) => one !== exclusive);
  const warnings = others.map((one) => `${one.key} is not asked: ${exclusive.key} authenticates exclusively`);
  return { asked: [exclusive], warnings };
}
