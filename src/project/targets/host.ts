import type { Target } from '../../model/target.js';
import { CpexError } from '../../support/errors.js';
import { TARGETS } from './table.js';

/** What decides the host's target; the running process when absent. */
export interface HostFacts {
  readonly platform: string;
  readonly arch: string;
  /** Version of the running glibc; undefined on musl and on systems without glibc. */
  readonly glibc: string | undefined;
}

/**
 * The target of the machine that cpex runs on.
 * Throws `CPEX_E_TARGET_HOST` where that is none of the ten.
 */
export function hostTarget(facts: HostFacts = runningHost()): Target {
  const os = facts.platform === 'win32' ? 'windows' : facts.platform;
  const libc = os !== 'linux' ? 'system' : facts.glibc === undefined ? 'musl' : 'glibc';
  for (const target of Object.values(TARGETS)) {
    if (target.os === os && target.arch === facts.arch && target.libc === libc) return target;
  }
  throw new CpexError('CPEX_E_TARGET_HOST', `cpex has no target for this machine (${facts.platform} ${facts.arch}).`, {
    evidence: [`platform: ${facts.platform}`, `arch: ${facts.arch}`],
    remedy: 'Name the target to build for with --target.',
  });
}

/** Version of the glibc that this process runs on, e.g. `2.36`; undefined on musl, macOS and Windows. */
export function systemGlibc(): string | undefined {
  if (process.platform !== 'linux') return undefined;
  // Node takes 4 ms for its report, and what it says of the C library never changes.
  glibc ??= { version: reportedGlibc() };
  return glibc.version;
}

let glibc: { readonly version: string | undefined } | undefined;

function reportedGlibc(): string | undefined {
  // Without this a report resolves the peer of every open socket, which can take seconds.
  const report: NodeJS.ProcessReport & { excludeNetwork?: boolean } = process.report;
  report.excludeNetwork = true;
  const { header } = report.getReport() as { header?: { glibcVersionRuntime?: unknown } };
  const version = header?.glibcVersionRuntime;
  return typeof version === 'string' ? version : undefined;
}

function runningHost(): HostFacts {
  return { platform: process.platform, arch: process.arch, glibc: systemGlibc() };
}
