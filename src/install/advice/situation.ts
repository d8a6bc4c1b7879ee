import type { InstalledPlugin } from '../../model/installed.js';
import type { ProcessSettings } from '../../model/process.js';
import type { HostProfile, Registration } from '../../model/profile.js';
import type { Target } from '../../model/target.js';
import type { ConfigWords } from '../host-config/words.js';
import type { Listing } from '../sources/install-source.js';

/** What a host's configuration can be told of a plugin. */
export interface EntryFacts {
  readonly id: string;
  /** Absolute path that the plugin will have. */
  readonly file: string;
  readonly listing: Listing | undefined;
  readonly registration: Registration;
  /** What its project or its record says of how it is started. */
  readonly settings: ProcessSettings | undefined;
}

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
  /** The words for a plugin; undefined where there is nothing to be said. */
  words(facts: EntryFacts): ConfigWords | undefined;
  /** A file of ours in the plugins folder that gets the words where no other is named. */
  ownFile?(folder: string): string;
  /** Takes the path of a plugin that is gone out of {@link ownFile}; says what was done. */
  forget?(folder: string, file: string): Promise<readonly string[]>;
  /** Throws where the host itself could not read its configuration. */
  checkConfig(file: string, profile: HostProfile): Promise<void>;
  /** What is left to do in the configuration after a rollback or an uninstall. */
  afterChange(id: string, change: 'rollback' | 'uninstall'): readonly string[];
  /** Why the host might not load the new file, and what it will do to others. */
  warnings(situation: Situation): Promise<readonly string[]>;
}
