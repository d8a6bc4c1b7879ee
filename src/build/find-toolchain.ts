import path from 'node:path';
import { compareVersions } from '../audit/version-order.js';
import { CpexError } from '../support/errors.js';
import { findTool } from '../support/find-tool.js';
import { runTool } from '../support/tools.js';
import type { ToolFound } from './build-model.js';
import { installRemedy, rustupRemedy } from './remedies.js';
import { TOOLS, type ToolName } from './tool-table.js';
import type { VersionCache } from './version-cache.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/** rustup installs whatever Rust a project names as soon as it is started, unless it is told not to. */
export function withoutDownloads(env: Environment): Environment {
  return { ...env, RUSTUP_AUTO_INSTALL: env.RUSTUP_AUTO_INSTALL ?? '0' };
}

/** What a probe found out about a tool. */
export type Probe =
  | { readonly state: 'good'; readonly tool: ToolFound }
  | { readonly state: 'old'; readonly tool: ToolFound; readonly floor: string }
  | { readonly state: 'broken'; readonly path: string; readonly said: string }
  | { readonly state: 'missing' };

/** Time for a tool to say its version, in milliseconds. */
const PROBE_MS = 10_000;

export interface ProbeOptions {
  readonly env: Environment;
  /** Folder in which the tool is asked: rustup and Go choose their version by it. */
  readonly cwd?: string;
  readonly signal?: AbortSignal;
  /** Earlier answers; every tool is asked when absent. */
  readonly versions?: VersionCache;
}

/** Looks for a tool and asks for its version. A variable such as `CC` comes before the table's names. */
export async function probeTool(name: ToolName, options: ProbeOptions, preferred?: string): Promise<Probe> {
  const { env, versions } = options;
  const file = await locate(preferred === undefined ? TOOLS[name].executables : [preferred], options);
  if (file === undefined) return { state: 'missing' };
  const cwd = options.cwd ?? path.dirname(file);
  const known = versions?.recall(file, env, cwd);
  if (known !== undefined) return { state: 'good', tool: known };
  const ask = () => askVersion(name, file, { ...options, cwd });
  return versions === undefined ? ask() : askOnce(versions, JSON.stringify([name, file, cwd]), ask);
}

/** Questions that were asked, by the cache for which they were. */
const asked = new WeakMap<VersionCache, Map<string, Promise<unknown>>>();

/**
 * Asks a tool something once for all targets of a build, which want the same tools at the same time.
 * @param key tells the question from all others
 */
export async function askOnce<Answer>(
  versions: VersionCache,
  key: string,
  ask: () => Promise<Answer>,
): Promise<Answer> {
  const questions = asked.get(versions) ?? new Map<string, Promise<unknown>>();
  asked.set(versions, questions);
  const answer = questions.get(key) ?? ask();
  questions.set(key, answer);
  return answer as Promise<Answer>;
}

async function askVersion(name: ToolName, file: string, options: ProbeOptions & { cwd: string }): Promise<Probe> {
  const facts = TOOLS[name];
  const { env, cwd, signal, versions } = options;
  const result = await runTool(file, facts.versionArgs, {
    timeout: PROBE_MS,
    // Asking for a version must not download another one.
    env: { ...withoutDownloads(env), GOTOOLCHAIN: 'local' },
    cwd,
    ...(signal === undefined ? {} : { signal }),
  });
  const version = facts.versionPattern.exec(result.stdout)?.[1];
  if (result.code !== 0 || version === undefined) {
    return { state: 'broken', path: file, said: (result.stderr || result.stdout).trim().split('\n', 1)[0] ?? '' };
  }
  const tool: ToolFound = { name: toolName(name, result.stdout), version, path: file };
  if (facts.floor !== undefined && compareVersions(version, facts.floor) < 0) {
    return { state: 'old', tool, floor: facts.floor };
  }
  versions?.remember(tool, env, cwd);
  return { state: 'good', tool };
}

/**
 * The tool, or an environment error with the command that installs it.
 * @throws CpexError `CPEX_E_BUILD_TOOL_MISSING`, `_OLD` or `_BROKEN`
 */
export async function requireTool(name: ToolName, options: ProbeOptions, preferred?: string): Promise<ToolFound> {
  const probe = await probeTool(name, options, preferred);
  if (probe.state === 'good') return probe.tool;
  throw await toolError(name, probe, options.env, preferred);
}

async function toolError(
  name: ToolName,
  probe: Exclude<Probe, { state: 'good' }>,
  env: Environment,
  preferred: string | undefined,
): Promise<CpexError> {
  const facts = TOOLS[name];
  const remedy = await installRemedy(facts, env);
  switch (probe.state) {
    case 'missing': {
      const wanted = preferred ?? facts.executables.join(', ');
      return new CpexError(
        'CPEX_E_BUILD_TOOL_MISSING',
        `${preferred ?? name} is missing; it is needed ${facts.purpose}.`,
        {
          evidence: [`searched along PATH: ${wanted}`],
          remedy,
        },
      );
    }
    case 'old':
      return new CpexError(
        'CPEX_E_BUILD_TOOL_OLD',
        `${name} ${probe.tool.version} is too old; ${probe.floor} is the lowest that works.`,
        { evidence: [probe.tool.path], remedy },
      );
    case 'broken':
      return new CpexError('CPEX_E_BUILD_TOOL_BROKEN', `${name} does not say its version.`, {
        evidence: [probe.path, ...(probe.said === '' ? [] : [probe.said])],
        remedy: rustupRemedy(probe.said) ?? remedy,
      });
  }
}

async function locate(names: readonly string[], options: ProbeOptions): Promise<string | undefined> {
  for (const name of names) {
    const file = await findTool(name, options.env, options.cwd);
    if (file !== undefined) return file;
  }
  return undefined;
}

/** `cc` says what it really is. */
function toolName(name: ToolName, said: string): string {
  if (name !== 'cc') return name;
  if (/clang/i.test(said)) return 'clang';
  return /Free Software Foundation/.test(said) ? 'gcc' : 'cc';
}
