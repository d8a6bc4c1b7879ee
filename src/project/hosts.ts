/** Host profiles that this version can scaffold, build, test and run for. */
export const HOSTS: readonly string[] = ['cpex'];

/** Profiles that cpex knows by name and that come with a later version. */
export const LATER_HOSTS: readonly string[] = ['cliproxy', 'go-plugin', 'console', 'tau'];

/** The profile's name without its revision: `cliproxy@v7.2.28` gives `cliproxy`. */
export function hostName(host: string): string {
  return host.split('@', 1)[0] ?? host;
}

/** Why a host cannot be used, to be put after its name; undefined when it can. */
export function hostProblem(host: string): string | undefined {
  const name = hostName(host);
  if (LATER_HOSTS.includes(name)) return 'is not part of this version of cpex';
  if (!HOSTS.includes(name)) return 'is not a host that cpex knows';
  if (host !== name) return 'has no revisions';
  return undefined;
}
