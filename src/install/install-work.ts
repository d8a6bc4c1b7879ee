import type { InstalledPlugin } from '../model/installed.js';
import type { HostProfile } from '../model/profile.js';
import type { Target } from '../model/target.js';
import type { FolderChoice } from './choose-folder.js';
import type { InstallSource } from './sources/install-source.js';
import type { SourceRequest } from './sources/resolve.js';
import type { VerifiedPlugin } from './verify.js';

/** What was asked for. */
export interface InstallOptions extends FolderChoice, SourceRequest {
  readonly host?: string | undefined;
  /** Configuration file of the host, which gets the plugin's entry; relative to the working folder. */
  readonly hostConfig?: string | undefined;
  /** Magic cookie of the application that the plugin is for, `KEY=VALUE`, in place of what its record says. */
  readonly cookie?: string | undefined;
  /** Configuration for the trial start; that of the project's tests when absent, else empty. */
  readonly config?: unknown;
  readonly allowDowngrade: boolean;
  /** Replace a file that cpex did not place; it is kept as a previous version. */
  readonly force: boolean;
  readonly dryRun: boolean;
}

/** All that placing a plugin goes by. */
export interface Placement {
  readonly wanted: InstalledPlugin;
  readonly verified: VerifiedPlugin;
  readonly source: InstallSource;
  /** Absolute plugins folder. */
  readonly folder: string;
  readonly profile: HostProfile;
  readonly target: Target;
  readonly options: InstallOptions;
}
