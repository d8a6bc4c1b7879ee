import path from 'node:path';
import { resolveSubject } from '../../build/subject.js';
import { readPluginName } from '../../hosts/cliproxy/file-name.js';
import { type CliproxyLayout, cliproxyRevision } from '../../hosts/cliproxy/revision.js';
import type { RunContext } from '../../model/context.js';
import type { HostProfile } from '../../model/profile.js';
import { hostTarget } from '../../project/targets/host.js';
import { isCpexError } from '../../support/errors.js';
import { cpuVariant } from './cpu-variant.js';
import { candidateFolders, discover } from './discover.js';
import { type HostConfig, type PluginSettings, settings } from './host-config.js';
import type { Candidate } from './load-plugins.js';
import type { StepLog } from './steps.js';

/** Where plugins come from. */
export interface Sources {
  /** Files that were named; the project's own plugin when there are none and no configuration. */
  readonly files: readonly string[];
  readonly config?: HostConfig;
  /** Configuration of a plugin that the host's file says nothing of. */
  readonly data?: unknown;
  readonly debug: boolean;
}

/** Finds the plugins that the host looks at: those that were named, then those in its folder. */
export async function findCandidates(
  sources: Sources,
  profile: HostProfile,
  context: RunContext,
  log: StepLog,
): Promise<Candidate[]> {
  const { layout } = cliproxyRevision(profile.revision);
  const host = `${profile.name}@${profile.revision}`;
  const { files, config, debug } = sources;
  const wanted: readonly (string | undefined)[] = files.length > 0 ? files : config === undefined ? [undefined] : [];
  const named: Candidate[] = [];
  for (const file of wanted) {
    const { artefact, project } = await resolveSubject(
      { ...(file === undefined ? {} : { plugin: file }), host, debug },
      context,
    );
    const reading = readPluginName(artefact, layout.versionedFiles);
    const id = project?.manifest.id ?? ('file' in reading ? reading.file.id : path.parse(artefact).name);
    if ('problem' in reading) log.warn('load', `CLIProxyAPI would pass over ${artefact}: ${reading.problem}`, id);
    const data = sources.data ?? project?.manifest.test?.config;
    named.push({ file: { id, path: artefact, version: '' }, settings: settingsOf(id, config, data, log) });
  }
  return config === undefined ? named : [...named, ...(await discovered(config, layout, host, context, log, named))];
}

/** A plugin that was named is meant to run, whatever the configuration says. */
function settingsOf(id: string, config: HostConfig | undefined, data: unknown, log: StepLog): PluginSettings {
  const known = config?.plugins.get(id);
  if (config !== undefined && known?.enabled !== true) {
    log.warn(
      'load',
      `CLIProxyAPI would not load ${id}: plugins.configs.${id}.enabled is not true in ${config.file}`,
      id,
    );
  }
  return { ...(known ?? settings(data, id)), enabled: true };
}

async function discovered(
  config: HostConfig,
  layout: CliproxyLayout,
  host: string,
  context: RunContext,
  log: StepLog,
  named: readonly Candidate[],
): Promise<Candidate[]> {
  if (!config.enabled) {
    log.warn('load', `plugins.enabled is not true in ${config.file}: CLIProxyAPI loads no plugins at all`);
    return [];
  }
  const target = hostTarget();
  const platform = { goos: target.go?.os ?? '', goarch: target.go?.arch ?? '', extension: target.libraryExtension };
  const pins = new Map([...config.plugins].flatMap(([id, { pin }]) => (pin === undefined ? [] : [[id, pin] as const])));
  const folders = candidateFolders(config.folder, layout, platform, await cpuVariant(platform.goarch));
  const { selected, skipped, failure } = await discover(folders, layout, platform.extension, pins);
  if (failure !== undefined) log.warn('load', failure);
  for (const { path: file, reason } of skipped)
    log.add({ depth: 0, stage: 'load', outcome: 'skipped', text: `${file}: ${reason}` });
  const there = new Set([...selected.map(({ id }) => id), ...named.map(({ file }) => file.id)]);
  for (const [id, { enabled }] of failure === undefined ? config.plugins : []) {
    // The host says nothing of it.
    if (enabled && !there.has(id)) log.warn('load', `${id} is enabled, but no file for it is in ${config.folder}`, id);
  }
  const found: Candidate[] = [];
  for (const file of selected.filter(({ id }) => !named.some((one) => one.file.id === id))) {
    const known = config.plugins.get(file.id) ?? settings({}, file.id);
    const problem = known.enabled ? await unsound(file.path, host, context) : undefined;
    if (problem === undefined) found.push({ file, settings: known });
    else log.warn('load', problem, file.id);
  }
  return found;
}

/** Why a file of the folder is not loaded although the host would try. */
async function unsound(file: string, host: string, context: RunContext): Promise<string | undefined> {
  try {
    await resolveSubject({ plugin: file, host, debug: false }, context);
    return undefined;
  } catch (error) {
    if (!isCpexError(error)) throw error;
    return [error.message, ...error.evidence].join(' ');
  }
}
