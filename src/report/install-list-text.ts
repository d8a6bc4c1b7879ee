import chalk from 'chalk';
import type { FileState, ListedPlugins, PluginInfo } from '../model/installed.js';

/** The installed plugins as a table, for people. */
export function renderList({ folder, plugins }: ListedPlugins): string {
  if (plugins.length === 0) return `No plugins are installed in ${folder}.`;
  const rows = plugins.map((one) => [one.id, one.version, one.target, one.installedAt.slice(0, 10)]);
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
  return [chalk.dim(folder), ...lines].join('\n');
}

const STATES: Readonly<Record<FileState, () => string>> = {
  intact: () => chalk.green('intact'),
  changed: () => chalk.red('changed since it was installed'),
  missing: () => chalk.red('missing'),
  unreadable: () => chalk.red('cannot be read'),
};

/** One plugin in full, for people. */
export function renderInfo({ plugin, file, state }: PluginInfo): string {
  const rows: readonly (readonly [string, string])[] = [
    ['version', plugin.version],
    ['target', plugin.target],
    ['host', plugin.host],
    ['file', file],
    ['state', STATES[state]()],
    ['size', `${plugin.size} bytes`],
    ['sha256', plugin.sha256],
    ['source', plugin.source],
    ['installed', plugin.installedAt],
    ...plugin.previous.map((one, index) => [index === 0 ? 'kept' : '', `${one.version} (${one.installedAt})`] as const),
  ];
  return [chalk.bold(plugin.id), ...rows.map(([name, value]) => `  ${name.padEnd(9)}  ${value}`)].join('\n');
}
