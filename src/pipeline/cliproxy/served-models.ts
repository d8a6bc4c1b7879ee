import { scopeOf } from './executor.js';
import type { Member } from './member.js';
import type { PluginHost } from './plugin-host.js';

/** A model that the host knows, and who serves it. */
export interface Listed {
  readonly id: string;
  readonly provider: string;
  /** Plugin that offers it, or the credential that it comes with. */
  readonly plugin?: string;
  readonly credential?: string;
  /** Plugin that executes it; absent where nobody does. */
  readonly executor?: string;
}

/** The models that the plugins and their credentials offer, also those that nobody executes. */
export function listedModels({ offers, credentials }: PluginHost): Listed[] {
  const executor = (provider: string) => {
    const id = offers.claims.executors.get(provider);
    return id === undefined ? {} : { executor: id };
  };
  const stat = offers.claims.models.map(({ model, provider, plugin }) => ({
    id: model.ID,
    provider,
    plugin,
    ...executor(provider),
  }));
  const owned = credentials.flatMap((one) =>
    (one.models ?? []).map(({ ID }) => ({
      id: ID,
      provider: one.provider,
      credential: one.id,
      ...executor(one.provider),
    })),
  );
  return [...stat, ...owned];
}

/** A model that a request can ask for now, and the plugin that executes it. */
export interface Served {
  readonly model: string;
  readonly executor: Member;
}

/** The models that a plugin executes: those of credentials, and the others unless it wants credentials for them. */
export function servedModels(host: PluginHost): Served[] {
  return listedModels(host).flatMap(({ id, credential, executor }) => {
    const member = host.members.find((one) => one.id === executor);
    const usable = member !== undefined && (credential !== undefined || scopeOf(member) !== 'oauth');
    return usable ? [{ model: id, executor: member }] : [];
  });
}

/** What to do when nobody serves the model of a request. */
export function modelRemedy(host: PluginHost): string {
  const names = [...new Set(servedModels(host).map(({ model }) => model))];
  if (names.length === 0) {
    return 'No plugin serves a model here: models come from model_provider, model_registrar or credentials, and "upstream" in the data stands in for a provider of the host.';
  }
  const more = names.length > SHOWN ? ` and ${names.length - SHOWN} more (cpex run models)` : '';
  return `Ask for a model that is served: ${names.slice(0, SHOWN).join(', ')}${more}.`;
}

const SHOWN = 8;
