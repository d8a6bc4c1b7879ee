import { lstat, open, stat } from 'node:fs/promises';
import path from 'node:path';
import type { RunContext } from '../../model/context.js';
import type { Manifest } from '../../model/manifest.js';
import { LANGUAGE_NAMES } from '../../model/target.js';
import { contractData } from '../../project/contract-data.js';
import { declaredCapabilities } from '../../project/declared-capabilities.js';
import { MANIFEST_FILE } from '../../project/find.js';
import { HOSTS, hostName, hostProblem, NATIVE_HOSTS } from '../../project/hosts.js';
import { parseManifest } from '../../project/read-manifest.js';
import { CpexError, systemCode } from '../../support/errors.js';
import { writeFileAtomic } from '../../support/files.js';
import { didYouMean } from '../../support/suggest.js';
import { defaultAuthor } from '../git.js';
import type { Candidate } from './candidate.js';
import { choosePlugin } from './choose.js';
import { complete, type Draft, manifestOf } from './complete.js';
import { type GitFacts, gitFacts } from './git-facts.js';
import { licenseName } from './license-name.js';
import { adoptedText } from './manifest-text.js';
import { survey } from './survey.js';
import { type Trial, tryPlugin } from './trial.js';
import { type Given, type Known, otherVersions, type Sources, valuesOf } from './values.js';

/** What the command line said; everything may be absent. */
export interface AdoptRequest extends Given {
  /** Folder of the repository, relative to the working folder. */
  readonly folder?: string | undefined;
  readonly language?: string | undefined;
  readonly unit?: string | undefined;
  readonly host?: string | undefined;
  readonly capabilities?: readonly string[] | undefined;
  /** Configuration to register with. */
  readonly config?: unknown;
  /** Build and start the plugin to see what it can do. */
  readonly build: boolean;
  readonly dryRun: boolean;
  /** Replace a `cpex.yaml` that is there. */
  readonly force: boolean;
}

/** What `cpex adopt` did, or would do. */
export interface AdoptOutcome {
  /** Absolute folder of the repository. */
  readonly root: string;
  /** Absolute path of `cpex.yaml`. */
  readonly file: string;
  readonly action: 'create' | 'replace';
  readonly dryRun: boolean;
  readonly manifest: Manifest;
  readonly text: string;
  /** Value by value, where it was found. */
  readonly found: Readonly<Record<string, Known>>;
  readonly notes: readonly string[];
}

/**
 * Writes the `cpex.yaml` of a plugin that was not made by cpex, and nothing else.
 * @throws CpexError `CPEX_E_ADOPT_*`, `CPEX_E_NOT_INTERACTIVE`
 */
export async function adoptProject(request: AdoptRequest, context: RunContext): Promise<AdoptOutcome> {
  const root = path.resolve(context.cwd, request.folder ?? '.');
  const file = path.join(root, MANIFEST_FILE);
  await requireFolder(root);
  const action = await plannedAction(file, request.force);
  refuseHost(request.host);
  const found = await survey(root);
  const candidate = await choosePlugin(found, request, context, async (several) =>
    (await import('./prompts.js')).askUnit(several, context.signal),
  );
  const git = await gitFacts(root, context);
  const license = await licenseName(found);
  const user = await defaultAuthor(root, context);
  const known = { given: request, candidate, git, license, user };
  const trial = await trialOf(root, request, { ...known, registration: undefined }, context);
  const sources: Sources = { ...known, registration: trial?.registration };
  const draft = await complete(draftOf(request, sources, trial), context, {
    text: async (message, rule) => (await import('./prompts.js')).askText(message, rule, context.signal),
    capabilities: async (host) => (await import('./prompts.js')).askCapabilities(contractData(host), context.signal),
  });
  const manifest = manifestOf(draft);
  const text = adoptedText(manifest);
  parseManifest(text, MANIFEST_FILE);
  const notes = notesOf(draft, sources, trial, git);
  for (const note of notes) context.emit({ type: 'note', level: 'warn', text: note });
  if (!request.dryRun) await write(file, text, action);
  return { root, file, action, dryRun: request.dryRun, manifest, text, found: foundOf(draft), notes };
}

async function requireFolder(root: string): Promise<void> {
  const there = await stat(root).catch(() => undefined);
  if (there?.isDirectory()) return;
  throw new CpexError('CPEX_E_USAGE', `${root} is ${there === undefined ? 'not there' : 'no folder'}.`);
}

async function plannedAction(file: string, force: boolean): Promise<AdoptOutcome['action']> {
  const there = await lstat(file).catch(() => undefined);
  if (there === undefined) return 'create';
  if (there.isFile() && force) return 'replace';
  throw new CpexError('CPEX_E_ADOPT_EXISTS', `${file} is there already.`, {
    evidence: there.isFile() ? [] : ['it is no regular file'],
    remedy: there.isFile() ? 'Edit it, or write it anew with --force.' : 'Move it away.',
  });
}

function refuseHost(host: string | undefined): void {
  const problem = host === undefined ? undefined : hostProblem(host);
  if (host === undefined || problem === undefined) return;
  throw new CpexError('CPEX_E_ADOPT_VALUE', `--host: "${host}" ${problem}.${didYouMean(host, HOSTS)}`);
}

/** Hosts that the plugin may be for, the likeliest first. */
function likelyHosts({ entries }: Candidate, asked: string | undefined): string[] {
  if (asked !== undefined) return [asked];
  const by = (kind: string) => [...entries].filter(([, how]) => how === kind).map(([host]) => host);
  const seen = [...by('defined'), ...by('mentioned')];
  return seen.length > 0 ? seen : [...NATIVE_HOSTS].reverse();
}

async function trialOf(root: string, request: AdoptRequest, sources: Sources, context: RunContext) {
  if (!request.build) return undefined;
  const hosts = likelyHosts(sources.candidate, request.host);
  const draft = draftOf({ ...request, host: hosts[0] }, sources, undefined);
  const { id, ...rest } = manifestOf(draft);
  // The name of a file on trial; whether it can be the id is said later.
  const manifest = { ...rest, id: id.replaceAll(/[^A-Za-z0-9._-]/g, '-').replace(/^[^A-Za-z0-9]+/, '') || 'plugin' };
  const config = request.config ?? {};
  return tryPlugin({ root, manifest, hosts, config, leaveNothing: request.dryRun }, context);
}

function draftOf(request: AdoptRequest, sources: Sources, trial: Trial | undefined): Draft {
  const { candidate, registration } = sources;
  const host = hostOf(request, candidate, trial);
  const given = request.capabilities?.flatMap((text) => text.split(/[\s,]+/)).filter(Boolean);
  const read = registration === undefined ? [] : declaredCapabilities(registration, contractData(host.value));
  const unknown = trial?.problems ?? ['it was not built (--no-build)'];
  return {
    values: valuesOf(sources),
    language: { value: candidate.language, from: candidate.declaredIn },
    host,
    capabilities:
      given === undefined
        ? { value: read, from: 'what the plugin registers' }
        : { value: [...new Set(given)], from: 'the command line' },
    build: candidate.build,
    config: configOf(request.config),
    unknown: registration === undefined ? unknown : ['it registers none that this host knows'],
  };
}

function hostOf(request: AdoptRequest, candidate: Candidate, trial: Trial | undefined): Known {
  if (request.host !== undefined) return { value: request.host, from: 'the command line' };
  if (trial?.host !== undefined) return { value: trial.host, from: 'what the library exports' };
  const [first = 'cpex', ...others] = likelyHosts(candidate, undefined);
  if (candidate.entries.size > 0 && others.length === 0) return { value: first, from: 'the entry function' };
  return {
    value: first,
    from: `assumed: nothing tells it from ${others.map(hostName).join(', ')}; --host names another`,
  };
}

function configOf(config: unknown): Readonly<Record<string, unknown>> | undefined {
  if (config === undefined) return undefined;
  if (typeof config === 'object' && config !== null && !Array.isArray(config)) return config as Record<string, unknown>;
  throw new CpexError('CPEX_E_ADOPT_VALUE', '--config: expected an object.');
}

function foundOf(draft: Draft): Record<string, Known> {
  const { values, language, host, capabilities } = draft;
  return {
    language: { value: LANGUAGE_NAMES[language.value], from: language.from },
    host,
    ...Object.fromEntries(Object.entries(values).filter(([, known]) => known !== undefined)),
    capabilities: { value: capabilities.value.join(', '), from: capabilities.from },
  };
}

function notesOf(draft: Draft, sources: Sources, trial: Trial | undefined, git: GitFacts): string[] {
  const version = draft.values.version.value;
  const others = otherVersions(sources, version).map(({ value, from }) => `${value} (${from})`);
  return [
    ...(sources.registration === undefined && trial !== undefined
      ? [`The plugin was not seen to register: ${trial.problems.join(' ')}`]
      : []),
    ...(trial?.complaints ?? []),
    ...(others.length > 0 ? [`The version is ${version} here, and elsewhere: ${others.join(', ')}.`] : []),
    ...(git.ignoresBuilds === false ? ['Builds go to dist/ and .cpex/: add both to .gitignore.'] : []),
  ];
}

async function write(file: string, text: string, action: AdoptOutcome['action']): Promise<void> {
  if (action === 'replace') return writeFileAtomic(file, text);
  try {
    // Refuses a file that has appeared in the meantime.
    const handle = await open(file, 'wx', 0o644);
    await handle.writeFile(text).finally(() => handle.close());
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error;
    throw new CpexError('CPEX_E_ADOPT_EXISTS', `${file} has appeared in the meantime.`);
  }
}
