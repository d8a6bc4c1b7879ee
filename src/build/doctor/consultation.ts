import type { RunContext } from '../../model/context.js';
import type { Consultation, DoctorReport, FixReport, TargetsReport } from '../../model/doctor.js';
import type { Project } from '../../model/manifest.js';
import type { Language } from '../../model/target.js';
import { builtInto } from '../../project/hosts.js';
import { CpexError } from '../../support/errors.js';
import { examine } from './examine.js';

export interface ConsultOptions {
  /** Absolute path of the running cpex, links resolved. */
  readonly running: string;
  readonly language: Language | undefined;
  /** The project that one stands in. */
  readonly project: Project | undefined;
  /** Targets to look at; the tools of this machine in general when empty. */
  readonly targets: readonly string[];
  /** Run the install commands of what is lacking. */
  readonly fix: boolean;
  /** Consent to them was given beforehand. */
  readonly yes: boolean;
}

/**
 * What `cpex doctor` does: looks, with `fix` mends, and looks again. `failure` is there when an install command failed.
 * @throws CpexError `CPEX_E_TARGET_UNKNOWN`, `CPEX_E_DOCTOR_CONSENT`, `CPEX_E_INTERRUPTED`
 */
export async function consult(
  options: ConsultOptions,
  context: RunContext,
): Promise<Consultation & { readonly failure?: CpexError }> {
  const { fix: wanted, yes, targets } = options;
  const look = targets.length === 0 ? () => lookAtTools(options, context) : () => lookAtTargets(options, context);
  if (!wanted) return withFixable(await look());
  const { fixLacks } = await import('./fix.js');
  const { report, fix } = await fixLacks({ examine: look, remedies: remediesOf, yes }, context);
  const failed = fix.ran.filter((one) => !one.ok);
  return { ...report, fix, ...(failed.length === 0 ? {} : { failure: fixError(failed) }) };
}

/** What is shown as a remedy is not always a command that cpex runs. */
async function withFixable(seen: Consultation): Promise<Consultation> {
  const remedies = remediesOf(seen);
  if (remedies.length === 0) return { ...seen, fixable: false };
  const { planInstall } = await import('./install-commands.js');
  return { ...seen, fixable: planInstall(remedies, false).commands.length > 0 };
}

async function lookAtTools(options: ConsultOptions, context: RunContext): Promise<Consultation> {
  const { running, project } = options;
  const language = options.language ?? project?.manifest.language;
  const chosen = language === undefined ? {} : { language };
  const folder = project === undefined ? {} : { folder: project.root, kind: builtInto(project.manifest.host) };
  return { kind: 'tools', report: await examine({ running, ...chosen, ...folder }, context) };
}

async function lookAtTargets(options: ConsultOptions, context: RunContext): Promise<Consultation> {
  const { targets, language, project } = options;
  const chosen = language === undefined ? {} : { language };
  const place = project === undefined ? {} : { project };
  // The toolchains are needed for this alone.
  const { examineTargets } = await import('./targets.js');
  return { kind: 'targets', report: await examineTargets({ targets, ...chosen, ...place }, context) };
}

function remediesOf(seen: Consultation): string[] {
  return seen.kind === 'tools' ? toolRemedies(seen.report) : pairRemedies(seen.report);
}

/** Those of tools that keep the chosen language, or any one, from building. */
function toolRemedies({ tools, languages, language }: DoctorReport): string[] {
  const chosen = languages.filter((one) => language === undefined || one.language === language);
  const lacks = new Set(chosen.flatMap((one) => one.lacks));
  return tools.flatMap(({ name, remedy }) => (lacks.has(name) && remedy !== undefined ? [remedy] : []));
}

function pairRemedies({ pairs }: TargetsReport): string[] {
  return pairs.flatMap(({ state, remedy }) => (state === 'lacking' && remedy !== undefined ? [remedy] : []));
}

function fixError(failed: FixReport['ran']): CpexError {
  const what = failed.length === 1 ? 'An install command' : `${failed.length} install commands`;
  const old = failed.some(({ end }) => end?.includes('Unable to locate package'));
  return new CpexError('CPEX_E_DOCTOR_FIX', `${what} failed.`, {
    evidence: failed.map(({ command, end }) => `${command}: ${end}`),
    remedy: old
      ? 'Run apt-get update as root, then this again.'
      : 'Mend what the command says above, or run it by hand.',
  });
}
