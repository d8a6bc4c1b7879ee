/** Owner and name of a repository. */
export interface GithubRepository {
  readonly owner: string;
  readonly name: string;
}

/** The form that registries demand. */
export const REPOSITORY_FORM = 'https://github.com/{owner}/{repo}';

/** Reads a URL of exactly that form; undefined for any other, a trailing `/` or `.git` included. */
export function githubRepository(url: string): GithubRepository | undefined {
  const [, owner = '', name = ''] =
    /^https:\/\/github\.com\/([A-Za-z0-9][A-Za-z0-9-]*)\/([A-Za-z0-9._-]+)$/.exec(url) ?? [];
  if (owner === '' || /^\.{1,2}$|\.git$/i.test(name)) return undefined;
  return { owner, name };
}

/** The URL that was probably meant by another spelling of a GitHub repository. */
export function repairedRepository(url: string): string | undefined {
  const [, path = ''] =
    /^(?:(?:git\+)?(?:https?|ssh|git):\/\/(?:[^/@]*@)?(?:www\.)?|git@)?github\.com[:/](.+)$/i.exec(url) ?? [];
  const [owner, name] = path.split('/');
  const repaired = `https://github.com/${owner}/${(name ?? '').replace(/\.git$/i, '').replace(/[?#].*$/, '')}`;
  return githubRepository(repaired) === undefined ? undefined : repaired;
}
