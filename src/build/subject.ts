import { stat } from 'node:fs/promises';
import path from 'node:path';
import { auditFile } from '../audit/report.js';
import { inForm } from '../hosts/form.js';
import { artefactKind, profileFor } from '../hosts/registry.js';
import type { RunContext } from '../model/context.js';
import type { Finding } from '../model/finding.js';
import type { Project } from '../model/manifest.js';
import type { HostProfile } from '../model/profile.js';
import type { Target } from '../model/target.js';
import type { ApplicationWish } from '../project/application.js';
import { requireProject } from '../project/find.js';
import { hostTarget } from '../project/targets/host.js';
import { resolveTarget } from '../project/targets/normalise.js';
import { CpexError } from '../support/errors.js';
import { shellWord } from '../support/shell-word.js';
import type { BuildForm } from './build-model.js';
import { recordedProgram } from './recorded-program.js';
import { ensureBuilt } from './service.js';

export interface SubjectOptions {
  /** A built library; the project one stands in when absent. */
  readonly plugin?: string;
  /** Host profile; the manifest's, that of the record beside a program, or `cpex`, when absent. */
  readonly host?: string;
  /** Use the project's debug build. */
  readonly debug: boolean;
  /** Target in any spelling; the host's own when absent. */
  readonly target?: string;
  /** What the command line says of the plugin's application. */
  readonly application?: ApplicationWish;
  /** Form of the plugin, for a host that takes both; what the host takes by itself when absent. */
  readonly as?: BuildForm;
}

/** A built plugin, ready to be started. */
export interface BuiltSubject {
  /** Absolute path of the artefact. */
  readonly artefact: string;
  readonly target: Target;
  readonly profile: HostProfile;
  /** Absent for a bare library. */
  readonly project?: Project;
}

/** The library named, after an audit, or the project's own, built when stale. */
export async function resolveSubject(options: SubjectOptions, context: RunContext): Promise<BuiltSubject> {
  const target = options.target === undefined ? hostTarget() : resolveTarget(options.target);
  const wished = options.application === undefined ? {} : { application: options.application };
  if (options.plugin !== undefined) {
    const artefact = path.resolve(context.cwd, options.plugin);
    const recorded = await recordedProgram(artefact);
    const host = options.host ?? recorded?.host ?? 'cpex';
    const { manifest } = recorded ?? {};
    const side = { root: context.cwd, ...(manifest === undefined ? {} : { manifest }), ...wished };
    const profile = inForm(
      await profileFor(host, side),
      options.as ?? (options.host === undefined ? recorded?.form : undefined),
    );
    await requireSound(artefact, profile, target);
    return { artefact, target, profile };
  }
  const project = await requireProject(context);
  const profile = inForm(
    await profileFor(options.host ?? project.manifest.host, { ...project, ...wished }),
    options.as,
  );
  const mode = options.debug ? 'debug' : 'release';
  const form = options.as === undefined ? {} : { as: options.as };
  const built = await ensureBuilt(project, { target: target.name, mode, ...form }, context);
  return { artefact: built.file, target, profile, project };
}

/** A bare library or program is run only when its audit has nothing against it. */
async function requireSound(artefact: string, profile: HostProfile, target: Target): Promise<void> {
  const entry = profile.native === undefined ? {} : { entry: profile.native.entry };
  const kind = artefactKind(profile);
  const mode = kind === 'executable' ? await modeOf(artefact) : {};
  const { findings } = await auditFile(artefact, { target, kind, ...mode, ...entry });
  const bad = findings.filter((finding) => finding.severity === 'fail');
  const [first] = bad;
  if (first === undefined) return;
  throw new CpexError('CPEX_E_UNSOUND_LIBRARY', `${path.basename(artefact)} was not run: its audit failed.`, {
    evidence: [...bad.map((finding) => `${finding.id}: ${finding.message}`), ...hostWords(artefact, profile, bad)],
    remedy: [first.remedy ?? [], `cpex check ${shellWord(artefact)} --host ${profile.name} shows everything.`]
      .flat()
      .join(' '),
  });
}

/** Permissions of a file; none where it cannot be looked at, for the audit itself says so then. */
async function modeOf(file: string): Promise<{ mode?: number }> {
  try {
    return { mode: (await stat(file)).mode };
  } catch {
    return {};
  }
}

/** What the real host writes into its log when it meets such a library. */
function hostWords(artefact: string, { native }: HostProfile, bad: readonly Finding[]): string[] {
  const words = native?.messages?.entry;
  if (words === undefined || !bad.some(({ id }) => id === 'elf.entry')) return [];
  const detail = `${artefact}: undefined symbol: ${native?.entry}`;
  return [`The host says: ${words.replace('{entry}', native?.entry ?? '').replace('{detail}', detail)}`];
}
