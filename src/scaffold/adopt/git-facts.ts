import type { RunContext } from '../../model/context.js';
import { git, remoteAddress } from '../git.js';

/** What a repository knows about itself; all absent outside one. */
export interface GitFacts {
  /** Name of the newest tag that looks like a version, as it stands. */
  readonly tag?: string;
  /** Whether commits have come after that tag. */
  readonly pastTag?: boolean;
  /** `Name <address>` of whoever made most commits. */
  readonly author?: string;
  /** Web address of the remote `origin`. */
  readonly repository?: string;
  /** False where build results would show up as untracked files. */
  readonly ignoresBuilds?: boolean;
}

/** Asks git; changes nothing, and needs no git. */
export async function gitFacts(root: string, context: Pick<RunContext, 'env' | 'signal'>): Promise<GitFacts> {
  const ask = async (...args: string[]): Promise<string | undefined> => {
    const result = await git(args, root, context);
    return result.code === 0 ? result.stdout.trim() : undefined;
  };
  if ((await ask('rev-parse', '--is-inside-work-tree')) !== 'true') return {};
  const described = await ask('describe', '--tags', '--match', 'v[0-9]*', '--match', '[0-9]*', '--abbrev=7');
  const repository = await remoteAddress(root, context);
  const author = busiest((await ask('log', '--max-count=2000', '--format=%aN <%aE>')) ?? '');
  const ignored = (await ask('check-ignore', 'dist/linux-x64/a.so', '.cpex/build/a'))?.split('\n') ?? [];
  return {
    ...tagOf(described),
    ...(author === undefined ? {} : { author }),
    ...(repository === undefined ? {} : { repository }),
    ignoresBuilds: ignored.length === 2,
  };
}

function tagOf(described: string | undefined): Pick<GitFacts, 'tag' | 'pastTag'> {
  if (described === undefined) return {};
  const [, tag = described, count] = /^(.*)-(\d+)-g[0-9a-f]+$/.exec(described) ?? [];
  return { tag, pastTag: count !== undefined };
}

function busiest(lines: string): string | undefined {
  const counts = new Map<string, number>();
  for (const line of lines.split('\n').filter(Boolean)) counts.set(line, (counts.get(line) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0];
}
