import { readdir, realpath } from 'node:fs/promises';
import path from 'node:path';
import { type PluginFile, readPluginName } from '../../hosts/cliproxy/file-name.js';
import { type CliproxyLayout, cliproxyRevision } from '../../hosts/cliproxy/revision.js';
import { cpuVariant } from '../../pipeline/cliproxy/cpu-variant.js';
import { candidateFolders } from '../../pipeline/cliproxy/discover.js';
import { type HostConfig, readHostConfig } from '../../pipeline/cliproxy/host-config.js';
import { isPreferred } from '../../pipeline/cliproxy/versions.js';
import { withEntry } from '../host-config/edit.js';
import { configEntry, entryText } from '../host-config/entry.js';
import type { HostAdvice, Situation } from './situation.js';

/** Which file the host takes, what it deletes, and what in its configuration stands in the way. */
export const cliproxyAdvice: HostAdvice = {
  words: ({ id, listing }) => {
    const entry = configEntry(listing);
    return {
      text: entryText(id, entry),
      hint: 'The host loads it with this in its configuration, and with plugins.enabled: true',
      changed: (text, name) => withEntry(text, id, entry, name),
      pinned: entry.store !== undefined,
    };
  },
  checkConfig: async (file, { revision }) => void (await readHostConfig(file, cliproxyRevision(revision))),
  afterChange: (id, change) =>
    change === 'uninstall'
      ? [`The configuration of the host may still hold plugins.configs.${id}; it does no harm.`]
      : [
          `If the configuration of the host pins a version (plugins.configs.${id}.store), the host loads that one and no other.`,
        ],
  warnings: async (situation) => {
    const { config: file, target, profile } = situation;
    const config = file === undefined ? undefined : await readHostConfig(file, cliproxyRevision(profile.revision));
    return [
      ...(config === undefined ? [] : await configWarnings(config, situation)),
      ...(await rivalWarnings(situation)),
      ...(target.os === 'windows' ? [loadedOnWindows(situation)] : []),
    ];
  },
};

function loadedOnWindows({ profile }: Situation): string {
  const goesOn = 'A host that has the plugin loaded goes on with the version that it has';
  // With a copy of its own the host leaves the file free.
  if (cliproxyRevision(profile.revision).behaviour.windowsShadowCopy) return `${goesOn}.`;
  return `${goesOn}; Windows lets nobody replace a library that is loaded from its own place.`;
}

async function configWarnings(config: HostConfig, { plugin, folder, cwd, pinned, profile }: Situation) {
  const warnings: string[] = [];
  if (!config.enabled)
    warnings.push(`plugins.enabled is not true in ${config.file}: the host loads no plugins at all.`);
  const pin = config.plugins.get(plugin.id)?.pin;
  if (layoutOf(profile.revision).versionedFiles && !pinned && pin !== undefined && pin !== plugin.version) {
    warnings.push(
      `plugins.configs.${plugin.id}.store pins version ${pin} in ${config.file}: the host passes over version ${plugin.version}.`,
    );
  }
  // A relative folder is meant from where the host is started, which is this folder or that of its configuration.
  const relative = path.relative(path.dirname(config.file), config.folder);
  const meant = await Promise.all([config.folder, path.resolve(cwd, relative), folder].map(real));
  if (!meant.slice(0, 2).includes(meant[2] ?? '')) {
    warnings.push(`plugins.dir of ${config.file} is ${config.folder}: the host does not look in ${folder}.`);
  }
  return warnings;
}

async function real(folder: string): Promise<string> {
  return realpath(folder).catch(() => folder);
}

/** Files of the same id in the folders that the host searches. */
async function rivalWarnings(situation: Situation): Promise<string[]> {
  const { plugin, file, gone, profile } = situation;
  const { versionedFiles, removesOtherFiles } = layoutOf(profile.revision);
  const rivals = (await filesOf(situation)).filter((one) => one.id === plugin.id && one.path !== gone);
  const all = rivals.some((one) => one.path === file) ? rivals : await withNew(rivals, situation);
  const [first, ...rest] = all;
  if (first === undefined) return [];
  const winner = rest.reduce(
    (best, one) => (versionedFiles && isPreferred(one.version, best.version) ? one : best),
    first,
  );
  if (winner.path !== file) {
    return [`The host takes ${winner.path} for ${plugin.id} and not the new file: remove it, or move it away.`];
  }
  const fate = removesOtherFiles ? 'The host deletes it when it next loads its plugins' : 'The host passes over it';
  return all.filter((one) => one.path !== file).map((one) => `${one.path} is for ${plugin.id} too. ${fate}.`);
}

/** As if the new file lay there already: before the files of later folders. */
async function withNew(rivals: readonly PluginFile[], situation: Situation): Promise<PluginFile[]> {
  const { plugin, file } = situation;
  const folders = await searched(situation);
  const rank = (one: string) => folders.indexOf(path.dirname(one));
  const version = layoutOf(situation.profile.revision).versionedFiles ? plugin.version : '';
  const all = [...rivals, { id: plugin.id, path: file, version }];
  return all.sort((a, b) => rank(a.path) - rank(b.path) || (a.path < b.path ? -1 : 1));
}

async function filesOf(situation: Situation): Promise<PluginFile[]> {
  const files: PluginFile[] = [];
  const { target, profile } = situation;
  for (const folder of await searched(situation)) {
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    for (const { name } of entries.filter((one) => one.isFile()).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const { versionedFiles } = layoutOf(profile.revision);
      const read = readPluginName(path.join(folder, name), versionedFiles, target.libraryExtension);
      if ('file' in read) files.push(read.file);
    }
  }
  return files;
}

async function searched({ target, profile, folder }: Situation): Promise<string[]> {
  const { go, libraryExtension: extension } = target;
  if (go === undefined) return [folder];
  const platform = { goos: go.os, goarch: go.arch, extension };
  return candidateFolders(folder, layoutOf(profile.revision), platform, await cpuVariant(go.arch));
}

function layoutOf(revision: string | undefined): CliproxyLayout {
  return cliproxyRevision(revision).layout;
}
