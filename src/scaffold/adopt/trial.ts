import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { linkOf } from '../../audit/link-facts.js';
import { buildProject } from '../../build/service.js';
import { DEFAULT_DEADLINES, openPlugin } from '../../host-process/reference-host.js';
import { findProfile } from '../../hosts/registry.js';
import type { RunContext } from '../../model/context.js';
import type { Manifest, Project } from '../../model/manifest.js';
import type { Registration } from '../../model/profile.js';
import { sourceRoot } from '../../project/source-root.js';
import { hostTarget } from '../../project/targets/host.js';
import { describeEnding, endingEvidence, SessionFailure } from '../../runtime/failure.js';
import { nativeEngine } from '../../runtime/native/engine.js';
import { isCpexError } from '../../support/errors.js';
import { temporaryFolder, writeFileAtomic } from '../../support/files.js';
import { hostOfExports } from './entry-symbols.js';

/** What a build and a first start on trial came to. */
export interface Trial {
  /** Host whose entry function the library exports. */
  readonly host?: string;
  readonly registration?: Registration;
  /** Why there is no registration, one line each. */
  readonly problems: readonly string[];
  /** What the host would complain about although the plugin registers. */
  readonly complaints: readonly string[];
}

export interface TrialOptions {
  readonly root: string;
  /** Good enough to build with; id and the like need not be final. */
  readonly manifest: Manifest;
  /** Candidates for the host, the likeliest first. */
  readonly hosts: readonly string[];
  readonly config: unknown;
  /** Also keep cargo's files out of the repository. */
  readonly leaveNothing: boolean;
}

/**
 * Builds the plugin into a temporary folder, starts it in a process of its own and lets it register.
 * Nothing is written into the repository but what cargo keeps in its target folder. Never throws for
 * what the tools or the plugin did.
 */
export async function tryPlugin(options: TrialOptions, context: RunContext): Promise<Trial> {
  const folder = await temporaryFolder('adopt');
  try {
    let last: Trial = { problems: [], complaints: [] };
    for (const host of options.hosts) {
      last = await tryFor(host, folder.path, options, context);
      if (last.host === undefined || last.host === host || options.hosts.length === 1) return last;
    }
    return last;
  } finally {
    await folder.remove();
  }
}

async function tryFor(host: string, scratch: string, options: TrialOptions, context: RunContext): Promise<Trial> {
  const built = await build(host, scratch, options, context);
  if (built.file === undefined) return { ...built, complaints: [] };
  const registered = await register(host, built.file, scratch, options, context);
  return { host, ...registered };
}

async function build(host: string, scratch: string, options: TrialOptions, context: RunContext) {
  const project = {
    root: options.root,
    file: path.join(options.root, 'cpex.yaml'),
    manifest: { ...options.manifest, host },
  };
  const restore = await rememberLocks(project);
  const target = options.leaveNothing ? { CARGO_TARGET_DIR: path.join(scratch, 'target') } : {};
  const wanted = { project, targets: [], mode: 'release', force: false, verbose: false, extra: [] } as const;
  try {
    const result = await buildProject(
      { ...wanted, dryRun: false, scratch },
      { ...context, env: { ...context.env, ...target } },
    );
    const [artefact] = result.artefacts;
    if (artefact !== undefined) return { file: artefact.file, problems: [] };
    const exports = result.audits.flatMap((audit) => linkOf(audit.facts)?.exports.map((one) => one.name) ?? []);
    const found = hostOfExports(exports);
    const bad = result.findings.filter((finding) => finding.severity === 'fail');
    const problems = bad.map((finding) => `${finding.id}: ${finding.message}`);
    return { problems, ...(found === undefined ? {} : { host: found }) };
  } catch (error) {
    if (!isCpexError(error) || error.kind === 'bug' || error.code === 'CPEX_E_INTERRUPTED') throw error;
    return { problems: [error.message, ...error.output.slice(-TOOL_LINES), ...error.evidence.slice(0, 5)] };
  } finally {
    await restore();
  }
}

/** Lines of a failing tool that are worth repeating. */
const TOOL_LINES = 5;

/** Cargo completes its lock file or writes a first one; a trial takes that back. */
async function rememberLocks(project: Project): Promise<() => Promise<void>> {
  const before = new Map<string, Uint8Array | undefined>();
  if (project.manifest.language === 'rust') {
    for (let folder = sourceRoot(project); ; folder = path.dirname(folder)) {
      const file = path.join(folder, 'Cargo.lock');
      before.set(file, await readFile(file).catch(() => undefined));
      if (folder === project.root || folder === path.dirname(folder)) break;
    }
  }
  return async () => {
    for (const [file, content] of before) {
      if (content === undefined) await rm(file, { force: true });
      else if (Buffer.compare(content, await readFile(file).catch(() => Buffer.of())) !== 0) {
        await writeFileAtomic(file, content);
      }
    }
  };
}

async function register(
  host: string,
  artefact: string,
  cwd: string,
  options: TrialOptions,
  context: RunContext,
): Promise<Omit<Trial, 'host'>> {
  try {
    const plugin = await openPlugin({
      artefact,
      target: hostTarget().name,
      profile: findProfile(host),
      engine: nativeEngine(),
      cwd,
      services: { pluginId: options.manifest.id, allowNet: false, script: {} },
      deadlines: DEFAULT_DEADLINES,
      signal: context.signal,
    });
    try {
      const { registration, findings, invocation } = await plugin.register(options.config);
      const said = findings.map((finding) => finding.message);
      const { error } = invocation.envelope;
      if (registration !== undefined) return { registration, problems: [], complaints: said };
      const refusal = error === undefined ? 'It does not register.' : `It refuses to register: ${error.message}`;
      return { problems: [refusal, ...said], complaints: [] };
    } finally {
      await plugin.close();
    }
  } catch (error) {
    if (!(error instanceof SessionFailure)) throw error;
    return { problems: [describeEnding(error.ending), ...endingEvidence(error.ending)], complaints: [] };
  }
}
