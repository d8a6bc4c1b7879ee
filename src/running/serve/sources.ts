import path from 'node:path';
import { cliproxyRevision } from '../../hosts/cliproxy/revision.js';
import { findProfile } from '../../hosts/registry.js';
import type { RunContext } from '../../model/context.js';
import type { HostProfile } from '../../model/profile.js';
import type { ServiceScript } from '../../model/script.js';
import { findCandidates } from '../../pipeline/cliproxy/candidates.js';
import { type HostConfig, readHostConfig } from '../../pipeline/cliproxy/host-config.js';
import type { Candidate } from '../../pipeline/cliproxy/load-plugins.js';
import type { StepLog } from '../../pipeline/cliproxy/steps.js';
import { findProject } from '../../project/find.js';
import { CpexError } from '../../support/errors.js';
import { readAnswers } from '../answers.js';
import { readData } from '../input.js';

/** The flags of `cpex run` that say what is served. */
export interface SourceFlags {
  readonly plugin?: readonly string[] | undefined;
  readonly host?: string | undefined;
  readonly 'host-config'?: string | undefined;
  readonly config?: string | undefined;
  readonly answers?: string | undefined;
  readonly debug?: boolean;
}

/** What is to be served, and by which rules. */
export interface ServedSources {
  readonly profile: HostProfile;
  readonly candidates: readonly Candidate[];
  /** Absent without --host-config. */
  readonly config?: HostConfig;
  readonly script?: ServiceScript;
}

/** Finds the plugins: those that were named, those of a host's configuration, else the project's own. */
export async function servedSources(flags: SourceFlags, context: RunContext, log: StepLog): Promise<ServedSources> {
  const profile = await profileFor(flags, context);
  const file = flags['host-config'];
  const config =
    file === undefined
      ? undefined
      : await readHostConfig(path.resolve(context.cwd, file), cliproxyRevision(profile.revision));
  const data = flags.config === undefined ? undefined : await readData(flags.config, context.cwd, process.stdin);
  const script = flags.answers === undefined ? undefined : await readAnswers(flags.answers, context.cwd);
  const wanted = { files: flags.plugin ?? [], debug: flags.debug ?? false, data };
  const given = config === undefined ? {} : { config };
  const candidates = await findCandidates({ ...wanted, ...given }, profile, context, log);
  return { profile, candidates, ...given, ...(script === undefined ? {} : { script }) };
}

/** Only one host serves pages, so a library or a configuration need not say which. */
async function profileFor(flags: SourceFlags, context: RunContext): Promise<HostProfile> {
  const bare = (flags.plugin?.length ?? 0) > 0 || flags['host-config'] !== undefined;
  const own = bare ? undefined : (await findProject(context.cwd))?.manifest.host;
  const profile = findProfile(flags.host ?? own ?? 'cliproxy');
  if (profile.name === 'cliproxy') return profile;
  throw new CpexError('CPEX_E_SERVE_HOST', `Plugins for the host ${profile.name} have nothing to serve.`, {
    remedy: 'If it is made for CLIProxyAPI, say so: cpex run --serve --host cliproxy',
  });
}
