import path from 'node:path';
import { writeUniversal } from '../audit/macho/write-universal.js';
import type { TargetName } from '../model/target.js';
import { type CpexError, isCpexError } from '../support/errors.js';
import { type Draft, failureOf } from './build-target.js';
import { judge, passed } from './judge.js';
import type { PreparedTarget } from './plan.js';

/**
 * Joins the libraries of several processors into one file, each byte for byte as it is, and audits it.
 * The answer is a slice's failure where one has failed, and the slice itself where its audit speaks against it.
 */
export async function joinSlices(
  target: PreparedTarget,
  drafts: ReadonlyMap<TargetName, Draft | CpexError>,
): Promise<Draft | CpexError> {
  const slices: Draft[] = [];
  for (const { plan } of target.slices) {
    const draft = drafts.get(plan.target);
    if (draft === undefined) throw new RangeError(`${plan.target} was not built`);
    if (isCpexError(draft)) return draft;
    if (!passed(draft.report.findings)) return { ...draft, target };
    slices.push(draft);
  }
  const { plan } = target;
  const file = path.join(plan.folder, path.basename(plan.output));
  try {
    await writeUniversal(
      slices.map((slice) => slice.file),
      file,
    );
    const report = await judge(file, target);
    const explanation = slices.flatMap((slice) => [
      `slice: ${slice.target.plan.target}, ${slice.report.size} bytes`,
      ...slice.explanation,
    ]);
    return { target, file, report, explanation };
  } catch (error) {
    return failureOf(error);
  }
}
