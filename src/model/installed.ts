import type { Finding } from './finding.js';
import type { Plan } from './plan.js';

/** One version of a plugin, installed or kept. */
export interface PluginVersion {
  readonly version: string;
  /** Lower-case hex. */
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
  /** Absolute path or address that it came from. */
  readonly source: string;
  /** Host profile that it was tried out with, with its revision where it has one; decides about the file's place. */
  readonly host: string;
  /** It is started as a process, by a host that would load a library as well. */
  readonly form?: 'process';
  /** ISO 8601, UTC. */
  readonly installedAt: string;
}

/** One installed plugin. */
export interface InstalledPlugin extends PluginVersion {
  readonly id: string;
  /** Name of the target, e.g. `linux-x64`. */
  readonly target: string;
  /** Versions that it replaced and that are kept, the newest first. */
  readonly previous: readonly PluginVersion[];
}

/** What an install came to. */
export interface InstallResult {
  readonly outcome: 'installed' | 'updated' | 'unchanged' | 'planned';
  readonly plugin: InstalledPlugin;
  /** Absolute path of the installed file. */
  readonly file: string;
  readonly folder: string;
  readonly plan: Plan;
  readonly findings: readonly Finding[];
  /** What is worth knowing about the source, and about what the host will make of the folder. */
  readonly notes: readonly string[];
  /** Where a host loads only what its configuration names. */
  readonly hostConfig?: HostConfigResult;
}

/** What became of a plugin's entry in its host's configuration. */
export interface HostConfigResult {
  /** `shown` where no file was named. */
  readonly action: 'written' | 'unchanged' | 'planned' | 'shown';
  /** Absolute path of the configuration. */
  readonly file?: string;
  /** The file as it was before. */
  readonly backup?: string;
  /** The entry in the form of the host's file, from the top of it on. */
  readonly entry: string;
  /** What it is for, where it is only shown. */
  readonly hint?: string;
}

/** What an uninstall or a rollback came to. */
export interface ChangeResult {
  readonly folder: string;
  /** Absolute path of the artefact. */
  readonly file: string;
  readonly before: InstalledPlugin;
  /** Absent after an uninstall. */
  readonly after?: InstalledPlugin;
  /** What the host still has to be told. */
  readonly notes: readonly string[];
}

/** What is installed in one plugins folder. */
export interface ListedPlugins {
  readonly folder: string;
  readonly plugins: readonly InstalledPlugin[];
}

/** How the installed file compares with the record. */
export type FileState = 'intact' | 'changed' | 'missing' | 'unreadable';

export interface PluginInfo {
  readonly folder: string;
  /** Absolute path of the artefact. */
  readonly file: string;
  readonly state: FileState;
  readonly plugin: InstalledPlugin;
}
