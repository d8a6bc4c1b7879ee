import chalk from 'chalk';
import { printable } from '../../support/printable.js';
import type { Credential } from './credentials.js';
import { type Listed, listedModels, modelRemedy } from './served-models.js';
import type { Word } from './word.js';

/** `cpex run models`: what the plugins together offer. */
export function modelsWord(): Word {
  return {
    story: false,
    upstreams: [],
    run: async ({ host, context }) => {
      const models = listedModels(host);
      if (models.length === 0) context.emit({ type: 'note', level: 'info', text: modelRemedy(host) });
      const credentials = host.credentials.map(shown);
      const providers = Object.fromEntries(host.offers.claims.executors);
      return {
        value: { models, credentials, providers },
        text: () => [...models.map(modelLine), ...credentials.map(credentialLine)].join('\n') || 'no models',
      };
    },
  };
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
