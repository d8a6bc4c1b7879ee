import path from 'node:path';
import { type CheckOptions, type CheckOutcome, checkPath } from '../../audit/check.js';
import { describeChecks } from '../../audit/rules/describe.js';
import type { RunContext } from '../../model/context.js';
import { CHECK_REPORTERS } from '../../report/reporters/check.js';
import { chosenReporters, openSinksOf } from '../../report/reporters/sinks.js';
import { packageVersion } from '../../support/package-root.js';
import { checkArchive, isArchive } from './check-archive.js';

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
  const descriptions = describeChecks(new Set(findings.map((finding) => finding.id)));
  await sinks.end({ ...outcome, descriptions, version: packageVersion() });
  return { value: outcome, text: () => printed.replace(/\n$/, ''), exit: outcome.ok ? 0 : 1 };
}

async function checkAny(given: string, options: CheckOptions, context: RunContext): Promise<CheckOutcome> {
  const archive = await isArchive(path.resolve(context.cwd, given));
  return archive ? checkArchive(given, options, context) : checkPath(given, options, context);
}
