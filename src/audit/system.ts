import type { AuditReport } from '../model/binary.js';
import type { Finding } from '../model/finding.js';
import { glibcEvidence, neededGlibc } from './rules/versions.js';
import { compareVersions } from './version-order.js';

/** The finding that compares a library with the machine that is to load it. */
export const SYSTEM_GLIBC = {
  id: 'system.glibc',
  clause: 'ABI-LOAD-004',
  severity: 'fail',
  title: 'This system has the glibc that the library needs',
  why: 'The loader of a system refuses libraries that ask for a newer glibc than it has. Checked by `cpex install`.',
  remedy: 'Get a build for an older glibc, or use a newer system.',
} as const;

/**
 * Whether this system's glibc is too old for a library; a finding `system.glibc` if so.
 * Pass `systemGlibc()`; nothing can be said without a version, as on musl.
 */
export function glibcAboveSystem(report: AuditReport, system: string | undefined): Finding | undefined {
  const needs = report.facts.dynamic?.versionNeeds ?? [];
  const needed = neededGlibc(needs);
  if (system === undefined || needed === undefined || compareVersions(needed, system) <= 0) return undefined;
  const { id, severity, remedy, clause } = SYSTEM_GLIBC;
  return {
    id,
    severity,
    message: `The library needs glibc ${needed}, but this system has ${system}.`,
    evidence: glibcEvidence(needs, system),
    remedy,
    clause,
    file: report.file,
  };
}
