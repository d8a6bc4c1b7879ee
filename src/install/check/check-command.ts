import path from 'node:path';
import { type CheckOptions, type CheckOutcome, checkPath } from '../../audit/check.js';
import type { RunContext } from '../../model/context.js';
import type { CheckDescription, Finding } from '../../model/finding.js';
import { CHECK_REPORTERS } from '../../report/reporters/check.js';
import { chosenReporters, openSinksOf } from '../../report/reporters/sinks.js';
import { packageVersion } from '../../support/package-root.js';
import { isArchive } from './is-archive.js';

/** The flags of `cpex check` that say how its result is shown. */
export interface CheckShown {
  readonly reporter?: readonly string[] | undefined;
  readonly json?: boolean | undefined;
}

/** Checks a file, a folder or an archive, and hands the result to the chosen reporters. */
export async function checkCommand(given: string, options: CheckOptions, shown: CheckShown, context: RunContext) {
  let printed = '';
  const words = chosenReporters(shown.reporter, shown.json ?? false);
  const sinks = openSinksOf(CHECK_REPORTERS, words, context.cwd, (text) => {
    printed += text;
  });
  const outcome = await checkAny(given, options, context);
  const findings = [...outcome.project, ...outcome.reports.flatMap((report) => report.findings)];
  const descriptions = await describe(findings);
  await sinks.end({ ...outcome, descriptions, version: packageVersion() });
  return { value: outcome, text: () => printed.replace(/\n$/, ''), exit: outcome.ok ? 0 : 1 };
}

async function checkAny(given: string, options: CheckOptions, context: RunContext): Promise<CheckOutcome> {
  const archive = await isArchive(path.resolve(context.cwd, given));
  if (!archive) return checkPath(given, options, context);
  return (await import('./check-archive.js')).checkArchive(given, options, context);
}

/** The rules of every format are needed for this alone. */
async function describe(findings: readonly Finding[]): Promise<readonly CheckDescription[]> {
  if (findings.length === 0) return [];
  const { describeChecks } = await import('../../audit/rules/describe.js');
  return describeChecks(new Set(findings.map((finding) => finding.id)));
}
