import type { CodeEntry } from './entry.js';

export const auditCodes = {
  CPEX_E_TARGET_UNKNOWN: {
    kind: 'user',
    exit: 2,
    title: 'There is no such target',
    text: 'Targets are named <os>-<arch>[-musl]: linux-x64, linux-arm64, linux-x64-musl, linux-arm64-musl, darwin-x64, darwin-arm64, darwin-universal, windows-x64, windows-arm64, freebsd-x64; "host" is the machine that cpex runs on. The spellings of Node (win32-x64), Go (linux/amd64), Rust and zig triples are understood as well. 32-bit and other processors are not supported.',
  },
  CPEX_E_TARGET_HOST: {
    kind: 'environment',
    exit: 3,
    title: 'This machine is not a target of cpex',
    text: 'cpex knows Linux (glibc and musl), macOS and Windows on x64 and arm64, and FreeBSD on x64. On another machine it can still inspect and cross-build: name the target with --target.',
  },
  CPEX_E_AUDIT_FILE: {
    kind: 'user',
    exit: 2,
    title: 'The file to check cannot be read',
    text: 'Only regular files and folders can be checked: the path must exist, be readable and not be a device, a pipe or a socket.',
  },
  CPEX_E_AUDIT_TOO_LARGE: {
    kind: 'user',
    exit: 2,
    title: 'The file is too large to check',
    text: 'Files up to 1 GiB are checked. A plugin of that size is almost always a mistake: a debug build with embedded data, or an archive instead of a library.',
  },
  CPEX_E_AUDIT_NOTHING: {
    kind: 'user',
    exit: 2,
    title: 'The folder or archive holds no library and no program',
    text: 'In a folder or a zip archive, cpex check looks at files that end in .so, .so.N, .dylib or .dll, at the program that a build.json names and, where the host starts its plugins, at the programs themselves. Build first (cpex build), or name the file itself: a named file is checked whatever its ending.',
  },
  CPEX_E_UNIVERSAL: {
    kind: 'child',
    exit: 1,
    title: 'These libraries cannot be joined into a universal one',
    text: 'A universal library for macOS holds one thin 64-bit dylib for each processor, x64 and arm64. One of the given files is something else: already universal, an executable, a bundle or an object file, for another processor, or for the same processor as another one. `cpex check FILE` says what a file is.',
  },
} as const satisfies Record<string, CodeEntry>;
