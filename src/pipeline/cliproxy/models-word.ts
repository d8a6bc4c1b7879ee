import chalk from 'chalk';
import { printable } from '../../support/printable.js';
import type { Credential } from './credentials.js';
import type { PluginHost } from './plugin-host.js';
import type { Word } from './word.js';

interface Listed {
  readonly id: string;
  readonly provider: string;
  /** Plugin that offers it, or the credential that it comes with. */
  readonly plugin?: string;
  readonly credential?: string;
  /** Plugin that executes it; absent where nobody does. */
  readonly executor?: string;
}

/** `cpex run models`: what the plugins together offer. */
export function modelsWord(): Word {
  return {
    story: false,
    upstreams: [],
    run: async ({ host }) => {
      const models = listed(host);
      const credentials = host.credentials.map(shown);
      const providers = Object.fromEntries(host.offers.claims.executors);
      return {
        value: { models, credentials, providers },
        text: () => [...models.map(modelLine), ...credentials.map(credentialLine)].join('\n') || 'no models',
      };
    },
  };
}

function listed({ offers, credentials }: PluginHost): Listed[] {
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

/** A credential without its secrets. */
function shown({ id, provider, label, disabled, models }: Credential) {
  return { id, provider, label, disabled, ...(models === undefined ? {} : { models: models.map(({ ID }) => ID) }) };
}

function modelLine({ id, provider, plugin, credential, executor }: Listed): string {
  const from = plugin === undefined ? `credential ${credential}` : `plugin ${plugin}`;
  const runs = executor === undefined ? chalk.yellow('nobody executes it') : `executed by ${executor}`;
  return printable(`${id}  ${provider}  ${from}  `) + runs;
}

function credentialLine({ id, provider, label, disabled }: ReturnType<typeof shown>): string {
  const words = [`credential ${id}`, provider, label, disabled ? 'disabled' : ''];
  return printable(words.filter((one) => one !== '').join('  '));
}
