import type { BuildRecord } from '../../build/record.js';
import type { RunContext } from '../../model/context.js';
import type { Manifest } from '../../model/manifest.js';
import type { Target } from '../../model/target.js';
import type { ArchiveLimits } from '../archive/refuse.js';
import type { NetOptions } from '../net/download.js';
import type { RegistryPlugin } from '../registry/parse-registry.js';

/** The file to install and what is said about it elsewhere. */
export interface InstallSource {
  /** Absolute path. */
  readonly file: string;
  /** Where it comes from, for the record; the file itself when absent. */
  readonly origin?: string;
  /** Host that it was built for, where that is known. */
  readonly host?: string;
  /** Configuration that the project is tested with. */
  readonly config?: unknown;
  /** What `build.json` beside it promises. */
  readonly promised?: Pick<BuildRecord, 'id' | 'version' | 'sha256'>;
  /** It is the process that a host takes in place of a library. */
  readonly form?: 'process';
  /** What the host has to know to start it, and the folder that files in it are relative to. */
  readonly starts?: { readonly root: string; readonly manifest: Pick<Manifest, 'process'> };
  /** Id and version by the name of its archive, or by the registry. */
  readonly named?: NamedPlugin;
  /** What the registry says that it was taken from. */
  readonly listing?: Listing;
  /** What is worth knowing about where it comes from. */
  readonly notes?: readonly string[];
}

/** What the name of a file or archive says; the version where it holds one. */
export interface NamedPlugin {
  readonly id: string;
  readonly version?: string;
}

/** An entry of a registry as it was chosen. */
export interface Listing {
  readonly plugin: RegistryPlugin;
  readonly version: string;
  /** Tag of the release; absent for an artifact that the registry itself names. */
  readonly releaseTag?: string;
  /** Address of the registry; absent for a file. */
  readonly registry?: string;
}

/** What finding a source needs. */
export interface SourceWork {
  readonly target: Target;
  /** Host that was named by the user. */
  readonly host: string | undefined;
  /** Private folder for downloads and what is unpacked. */
  readonly folder: string;
  readonly context: RunContext;
  readonly net: NetOptions;
  readonly limits?: ArchiveLimits;
}
