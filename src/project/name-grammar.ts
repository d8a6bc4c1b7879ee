/** What an id of a plugin is made of; what more a host asks of ids is in its layout. */
export const PLUGIN_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/** What versions in file names, records and registries are made of. Semantic versions are such, others too. */
export const PLUGIN_VERSION = /^[0-9][0-9A-Za-z.+-]*$/;

/** A version or release tag without the `v` that many write before it, and without blanks around it. */
export function plainVersion(raw: string): string {
  return raw.trim().replace(/^[vV]/, '');
}
