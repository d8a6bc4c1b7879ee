import type { InstalledPlugin } from '../../model/installed.js';
import type { HostProfile } from '../../model/profile.js';
import type { Target } from '../../model/target.js';

/** A plugin that is about to lie, or lies, in its place. */
export interface Situation {
  readonly plugin: InstalledPlugin;
  readonly profile: HostProfile;
  readonly target: Target;
  /** Absolute plugins folder. */
  readonly folder: string;
  /** Absolute path of the new file. */
  readonly file: string;
  /** Absolute path of the file that it replaces, where that has another name. */
  readonly gone: string | undefined;
  /** Absolute path of the host's configuration, where it was named. */
  readonly config: string | undefined;
  /** The configuration will say which version the store pins. */
  readonly pinned: boolean;
  /** Working folder, from which a relative plugins folder of the host may be meant. */
  readonly cwd: string;
}

/** What a host that is particular about its folder and its configuration will make of an install. */
export interface HostAdvice {
  /** Throws where the host itself could not read its configuration. */
  checkConfig(file: string, profile: HostProfile): Promise<void>;
  /** What is left to do in the configuration after a rollback or an uninstall. */
  afterChange(id: string, change: 'rollback' | 'uninstall'): readonly string[];
  /** Why the host might not load the new file, and what it will do to others. */
  warnings(situation: Situation): Promise<readonly string[]>;
}
