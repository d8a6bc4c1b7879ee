import { stat } from 'node:fs/promises';
import { performance } from 'node:perf_hooks';
import { auditFile } from '../audit/report.js';
import { artefactKind } from '../hosts/registry.js';
import type { AuditReport } from '../model/binary.js';
import type { TestResult } from '../model/event.js';
import type { Language } from '../model/target.js';
import type { TestTarget } from './test-target.js';

/** What the audit says about the file before anything loads it. */
export interface Audited {
  readonly safe: boolean;
  readonly language: Language;
}

/** Audits a target's library or executable as that of a plugin for its host. */
export async function auditTarget({
  subject,
  language,
}: TestTarget): Promise<Audited & { readonly result: Pick<TestResult, 'verdict' | 'findings' | 'durationMs'> }> {
  const kind = artefactKind(subject.profile);
  const expected = {
    target: subject.target,
    kind,
    ...(kind === 'executable' ? { mode: (await stat(subject.artefact)).mode } : {}),
    ...(language === undefined ? {} : { language }),
    ...(subject.profile.native === undefined ? {} : { entry: subject.profile.native.entry }),
    ...(subject.manifest?.glibc === undefined ? {} : { glibcFloor: subject.manifest.glibc }),
  };
  const started = performance.now();
  const seen = await auditFile(subject.artefact, expected);
  const judged = auditVerdict(seen);
  const result = { ...judged, durationMs: performance.now() - started };
  return { safe: judged.verdict !== 'fail', language: seen.language, result };
}

function auditVerdict({ findings }: AuditReport): Pick<TestResult, 'verdict' | 'findings'> {
  const heavy = findings.filter((finding) => finding.severity !== 'info');
  if (heavy.some((finding) => finding.severity === 'fail')) return { verdict: 'fail', findings: heavy };
  return { verdict: heavy.length > 0 ? 'warn' : 'pass', findings: heavy };
}
