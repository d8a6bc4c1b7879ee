import path from 'node:path';
import type { RunContext } from '../model/context.js';
import { exists } from '../support/files.js';
import { findTool } from '../support/find-tool.js';
import { repositoryTop, git as runGit } from '../support/git.js';
import type { ToolResult } from '../support/tools.js';

type GitContext = Pick<RunContext, 'env' | 'signal'>;

const LIMIT_MS = 10_000;

/** Runs git in a folder, and whatever repository that belongs to. */
export function git(args: readonly string[], cwd: string, context: GitContext): Promise<ToolResult> {
  return runGit(args, { cwd, env: context.env, signal: context.signal, timeout: LIMIT_MS });
}

/** Whether a repository can be made for a folder, which need not exist yet. */
export async function gitState(folder: string, context: GitContext): Promise<'missing' | 'inside' | 'free'> {
  if ((await repositoryTop(folder)) !== undefined) return 'inside';
  return (await findTool('git', context.env)) === undefined ? 'missing' : 'free';
}

/** Makes an empty repository: no commit, nothing staged. Returns what git said when it failed. */
export async function gitInit(folder: string, context: GitContext): Promise<string | undefined> {
  const result = await git(['init', '--quiet'], folder, context);
  return result.code === 0 ? undefined : result.stderr.trim() || 'git init failed';
}

/**
 * Where the sources of a folder are published: the web address of the remote `origin` of the repository that it
 * stands in. Undefined without one, and for a remote that is not on the web.
 */
export async function remoteAddress(folder: string, context: GitContext): Promise<string | undefined> {
  const present = await nearestFolder(folder);
  if ((await gitState(present, context)) !== 'inside') return undefined;
  const result = await git(['remote', 'get-url', 'origin'], present, context);
  return result.code === 0 ? webAddress(result.stdout.trim()) : undefined;
}

/** `git@github.com:ada/plugin.git` gives `https://github.com/ada/plugin`; names and passwords are left out. */
export function webAddress(remote: string): string | undefined {
  const short = /^(?:[^@/:]+@)?([^/:@]+\.[^/:@]+):(?!\/\/)\/*(.+)$/.exec(remote);
  const long = /^(?:https?|ssh|git):\/\/(?:[^@/]*@)?([^/:@]+)(?::\d+)?\/+(.+)$/.exec(remote);
  const [, host, rest] = long ?? short ?? [];
  if (host === undefined || rest === undefined) return undefined;
  const place = rest.replace(/\/+$/, '').replace(/\.git$/, '');
  return /^[\w.~/-]+$/.test(place) ? `https://${host}/${place}` : undefined;
}

async function nearestFolder(folder: string): Promise<string> {
  let present = folder;
  while (!(await exists(present)) && path.dirname(present) !== present) present = path.dirname(present);
  return present;
}

/** `git config user.name`, or the name of the user's account; undefined when neither is known. */
export async function defaultAuthor(cwd: string, context: GitContext): Promise<string | undefined> {
  const result = await git(['config', 'user.name'], cwd, context);
  const name = [result.code === 0 ? result.stdout : '', context.env.USER, context.env.USERNAME]
    .map((text) => text?.trim() ?? '')
    .find((text) => text !== '');
  return name;
}
