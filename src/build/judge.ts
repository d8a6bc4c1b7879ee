import { auditFile } from '../audit/report.js';
import { findProfile } from '../hosts/registry.js';
import type { AuditReport } from '../model/binary.js';
import type { Finding } from '../model/finding.js';
import type { PreparedTarget } from './plan.js';

/** Audits a fresh artefact against everything that the project says about it. */
export async function judge(file: string, { plan, request }: PreparedTarget): Promise<AuditReport> {
  const { project, target, mode, kind } = request;
  const entry = kind === 'library' ? findProfile(project.manifest.host).native?.entry : undefined;
  return auditFile(file, {
    kind,
    target,
    language: project.manifest.language,
    ...(entry === undefined ? {} : { entry }),
    debug: mode === 'debug',
    ...(plan.sanitizer === undefined ? {} : { sanitizer: true }),
    ...(plan.glibc === undefined ? {} : { glibcFloor: plan.glibc }),
  });
}

/** True when nothing speaks against placing the library. */
export function passed(findings: readonly Finding[]): boolean {
  return findings.every((finding) => finding.severity !== 'fail');
}
