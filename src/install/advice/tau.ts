import path from 'node:path';
import { commandTable, withCommand } from '../host-config/toml-entry.js';
import type { HostAdvice } from './situation.js';

/** tau starts what its `plugins.toml` names, and nothing else. */
export const tauAdvice: HostAdvice = {
  checkConfig: async () => {},
  words: ({ id, file, settings }) => {
    const { args = [], env = {}, wire } = settings ?? {};
    // The form that tau announces; it speaks lines until then.
    const form = wire === 'cbor' ? { CPEX_TAU_WIRE: 'cbor' } : {};
    const entry = { command: [file, ...args], env: { ...env, ...form } };
    return {
      text: commandTable(id, entry),
      hint: `tau starts it with this in its ${path.join('~', '.config', 'tau', 'plugins.toml')}`,
      changed: (text, name) => withCommand(text, id, entry, name),
      begins: true,
    };
  },
  afterChange: (id, change) =>
    change === 'uninstall'
      ? [`plugins.toml may still hold [global.${id}] or [session.${id}]: take it out, tau cannot start it any more.`]
      : [],
  warnings: async () => [],
};
