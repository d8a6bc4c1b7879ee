import path from 'node:path';
import { PLUGIN_ID, PLUGIN_VERSION } from '../../project/name-grammar.js';

const EXTENSIONS: readonly string[] = ['.so', '.dylib', '.dll'];

/** A file that a host may load as a plugin. */
export interface PluginFile {
  readonly id: string;
  /** Absolute path. */
  readonly path: string;
  /** Empty where the name holds none. */
  readonly version: string;
}

/** What a file name says, or why the host passes over it without a word. */
export type NameReading = { readonly file: PluginFile } | { readonly problem: string };

/**
 * Reads `<id>.<ext>` and, where the host knows versioned names, `<id>-v<version>.<ext>`.
 * @param extension what the name has to end in, whatever its case; any library's ending when absent
 */
export function readPluginName(file: string, versioned: boolean, extension?: string): NameReading {
  const base = path.basename(file);
  const lower = base.toLowerCase();
  const ending = (extension === undefined ? EXTENSIONS : [extension]).find((one) => lower.endsWith(one));
  if (ending === undefined) return { problem: `its name does not end in ${extension ?? EXTENSIONS.join(', ')}` };
  const name = base.slice(0, -ending.length);
  const split = versioned ? splitVersion(name) : undefined;
  const id = split?.id ?? name;
  if (!PLUGIN_ID.test(id)) return { problem: `"${id}" cannot be the id of a plugin` };
  return { file: { id, path: file, version: split?.version ?? '' } };
}

function splitVersion(name: string): { id: string; version: string } | undefined {
  const at = name.lastIndexOf('-v');
  if (at <= 0) return undefined;
  const id = name.slice(0, at);
  const version = name.slice(at + 2);
  return PLUGIN_ID.test(id) && PLUGIN_VERSION.test(version) ? { id, version } : undefined;
}
