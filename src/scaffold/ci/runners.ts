import type { Language, TargetName } from '../../model/target.js';
import { TARGETS } from '../../project/targets/table.js';
import type { WorkflowOptions } from './model.js';

/** Runner on which whatever needs no machine of its own kind happens. */
export const LINUX = 'ubuntu-24.04';

/** Version of the zig wheel that workflows install; 0.16 is the lowest that exports no more than it should. */
export const ZIG = '0.17.1';

/** What builds a target, and what it needs besides the language's own tools. */
export interface Job {
  readonly target: TargetName;
  readonly runner: string;
  /** Packages of Debian and Ubuntu. */
  readonly packages: readonly string[];
  readonly zig: boolean;
  /** Rust's names of what has to be compiled for. */
  readonly triples: readonly string[];
}

/** The machine for each target: one of its own kind where GitHub has it, else Linux with zig. */
const NATIVE: Readonly<Record<TargetName, { readonly runner: string; readonly zig?: true; readonly musl?: true }>> = {
  'linux-x64': { runner: LINUX },
  'linux-arm64': { runner: 'ubuntu-24.04-arm' },
  'linux-x64-musl': { runner: LINUX, zig: true, musl: true },
  'linux-arm64-musl': { runner: 'ubuntu-24.04-arm', zig: true, musl: true },
  'darwin-x64': { runner: 'macos-15-intel' },
  'darwin-arm64': { runner: 'macos-15' },
  'darwin-universal': { runner: 'macos-15' },
  'windows-x64': { runner: 'windows-2025' },
  // Its MinGW makes programs for x64.
  'windows-arm64': { runner: 'windows-11-arm', zig: true },
  'freebsd-x64': { runner: LINUX, zig: true },
};

/** What one Linux machine builds each target with, and what runs it there. */
const CROSS: Readonly<Record<TargetName, { readonly zig?: true; readonly packages?: readonly string[] }>> = {
  'linux-x64': {},
  'linux-arm64': { packages: ['gcc-aarch64-linux-gnu', 'qemu-user'] },
  'linux-x64-musl': { zig: true, packages: ['musl'] },
  'linux-arm64-musl': { zig: true },
  'darwin-x64': { zig: true },
  'darwin-arm64': { zig: true },
  'darwin-universal': { zig: true },
  'windows-x64': { packages: ['gcc-mingw-w64-x86-64'] },
  'windows-arm64': { zig: true },
  'freebsd-x64': { zig: true },
};

/** One job for each target. */
export function nativeJobs({ targets, language, glibc }: WorkflowOptions): Job[] {
  return targets.map((target) => {
    const { runner, zig, musl } = NATIVE[target];
    return {
      target,
      runner,
      packages: musl ? ['musl'] : [],
      // An older glibc than the machine's own can be had from zig alone.
      zig: zig === true || wantsGlibc(target, glibc),
      triples: triplesOf(target, language),
    };
  });
}

/** What the one machine needs for all targets. */
export function crossNeeds({ targets, language, glibc }: WorkflowOptions): Omit<Job, 'target'> {
  const rows = targets.map((target) => CROSS[target]);
  return {
    runner: LINUX,
    packages: [...new Set(rows.flatMap(({ packages }) => packages ?? []))].sort(),
    zig: rows.some(({ zig }) => zig) || targets.some((target) => wantsGlibc(target, glibc)),
    triples: [...new Set(targets.flatMap((target) => triplesOf(target, language)))],
  };
}

function wantsGlibc(target: TargetName, glibc: string | undefined): boolean {
  return glibc !== undefined && TARGETS[target].libc === 'glibc';
}

/** A universal library is joined from those of the two processors. */
function triplesOf(target: TargetName, language: Language): string[] {
  if (language !== 'rust') return [];
  const parts: readonly TargetName[] = target === 'darwin-universal' ? ['darwin-x64', 'darwin-arm64'] : [target];
  return parts.flatMap((part) => TARGETS[part].rust ?? []);
}
