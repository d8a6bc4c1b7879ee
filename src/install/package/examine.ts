import { auditFile } from '../../audit/report.js';
import { artefactKind } from '../../hosts/registry.js';
import type { RunContext } from '../../model/context.js';
import type { Finding } from '../../model/finding.js';
import type { Project } from '../../model/manifest.js';
import type { HostProfile, Registration } from '../../model/profile.js';
import type { Engine } from '../../model/session.js';
import type { Target } from '../../model/target.js';
import { hostTarget } from '../../project/targets/host.js';
import { CpexError, isCpexError } from '../../support/errors.js';
import { tryOut } from '../try-out.js';

export interface ExamineOptions {
  readonly project: Project;
  readonly profile: HostProfile;
  readonly target: Target;
  /** Absolute path of a private copy. */
  readonly file: string;
  /** Path by which the user knows it. */
  readonly shown: string;
  /** Fresh folder for the trial start. */
  readonly cwd: string;
  readonly engine: Engine;
}

/**
 * What stands against handing a library on: its audit, and for this machine's target a trial start
 * that shows that it says what `cpex.yaml` says. Returns findings that do not.
 * @throws CpexError `CPEX_E_PACKAGE_AUDIT`, `CPEX_E_PACKAGE_TRIAL`, `CPEX_E_PACKAGE_IDENTITY`
 */
export async function examine(options: ExamineOptions, context: RunContext): Promise<Finding[]> {
  const findings = await audited(options);
  if (options.target.name !== hostTarget().name) return findings;
  const tried = await started(options, context);
  requireIdentity(tried.registration, options);
  return [...findings, ...tried.findings];
}

async function audited({ file, shown, target, project, profile }: ExamineOptions): Promise<Finding[]> {
  const entry = profile.native?.entry;
  const { language, glibc } = project.manifest;
  const report = await auditFile(file, {
    kind: artefactKind(profile),
    target,
    language,
    ...(entry === undefined ? {} : { entry }),
    ...(glibc === undefined ? {} : { glibcFloor: glibc }),
  });
  // The private copy is gone when somebody reads this.
  const findings = report.findings.map((one) => ({
    ...one,
    file: shown,
    ...(one.again === undefined ? {} : { again: one.again.replaceAll(file, shown) }),
  }));
  const bad = findings.filter((one) => one.severity === 'fail');
  if (bad.length === 0) return findings;
  const remedy = bad.find((one) => one.remedy !== undefined)?.remedy;
  throw new CpexError(
    'CPEX_E_PACKAGE_AUDIT',
    `The ${artefactKind(profile)} for ${target.name} did not pass the audit.`,
    {
      evidence: [shown, ...bad.map((one) => `${one.id}: ${one.message}`)],
      ...(remedy === undefined ? {} : { remedy }),
    },
  );
}

async function started({ file, shown, target, project, profile, cwd, engine }: ExamineOptions, context: RunContext) {
  const config = project.manifest.test?.config ?? {};
  try {
    return await tryOut({ file, shown, target: target.name, profile, engine, cwd, config, signal: context.signal });
  } catch (error) {
    if (!isCpexError(error) || error.code !== 'CPEX_E_INSTALL_TRIAL') throw error;
    const { message, evidence, remedy, cause } = error;
    throw new CpexError('CPEX_E_PACKAGE_TRIAL', message, {
      evidence,
      cause,
      ...(remedy === undefined ? {} : { remedy }),
    });
  }
}

/** A host that goes by file names does not mind what else a plugin calls itself. */
function requireIdentity({ id, version }: Registration, { project, profile }: ExamineOptions): void {
  const { manifest } = project;
  const sameId = profile.release.identity === 'file' || id === manifest.id;
  // Plugins that are processes have no way to say their version.
  if (sameId && (version === manifest.version || (version === '' && artefactKind(profile) === 'executable'))) return;
  throw new CpexError('CPEX_E_PACKAGE_IDENTITY', 'The plugin does not say what cpex.yaml says.', {
    evidence: [`cpex.yaml: ${manifest.id} ${manifest.version}`, `registered: ${id} ${version}`],
    remedy: 'Let the code take id and version from the file that cpex build writes, or correct cpex.yaml.',
  });
}
