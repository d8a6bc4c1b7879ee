import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { llvmTool } from '../tools/llvm.js';
import { ZIG } from '../tools/zig.js';
import { GOOD_SOURCE, hasTool, Workbench } from './c-library.js';

function answer(command: string, args: readonly string[]): string | undefined {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return undefined;
  }
}

/** Where the standard library of Rust for macOS lies, when it is installed. */
function rustFolder(arch: MacArch): string | undefined {
  const folder = answer('rustc', ['--print', 'target-libdir', '--target', RUST_TRIPLES[arch]]);
  return folder !== undefined && existsSync(folder) ? folder : undefined;
}

/** What is missing for a group of tests, for its name; undefined when nothing is. */
export function missing(...needs: readonly string[]): string | undefined {
  const absent = needs.filter((need) => {
    if (need === 'zig') return ZIG === undefined;
    if (need === 'rust for macOS') return rustFolder('x64') === undefined || rustFolder('arm64') === undefined;
    if (need === 'go') return !hasTool('go', ['version']);
    return llvmTool(need) === undefined;
  });
  return absent.length === 0 ? undefined : `needs ${absent.join(', ')}`;
}

export type MacArch = 'x64' | 'arm64';
const ZIG_TRIPLES: Readonly<Record<MacArch, string>> = { x64: 'x86_64-macos', arm64: 'aarch64-macos' };
const RUST_TRIPLES: Readonly<Record<MacArch, string>> = { x64: 'x86_64-apple-darwin', arm64: 'aarch64-apple-darwin' };

/** The flags of a release build for macOS. */
export const DYLIB_FLAGS = ['-O2', '-fvisibility=hidden', '-install_name', '@rpath/plugin.dylib'];

/** A temporary folder in which libraries for macOS are built; remove it when done. */
export class DylibBench extends Workbench {
  /** Compiles a source into a dylib, stripped unless told otherwise, and returns its path. */
  dylib(name: string, arch: MacArch, source = GOOD_SOURCE, flags: readonly string[] = ['-s', ...DYLIB_FLAGS]): string {
    this.write(`${name}.c`, source);
    this.zig(arch, ['-shared', '-o', `${name}.dylib`, `${name}.c`, ...flags]);
    return this.path(`${name}.dylib`);
  }

  /** Calls zig's C compiler. */
  zig(arch: MacArch, args: readonly string[], env: NodeJS.ProcessEnv = {}): void {
    this.tool(ZIG ?? 'zig', ['cc', '-target', ZIG_TRIPLES[arch], ...args], env);
  }

  /** Links an object file with LLVM's linker, which writes the newer tables that zig does not. */
  lld(name: string, object: string, minimum: string, flags: readonly string[]): string {
    const system = [
      '-arch',
      'arm64',
      '-platform_version',
      'macos',
      minimum,
      '15.0',
      '-syslibroot',
      this.sdk(),
      '-lSystem',
    ];
    this.tool(llvmTool('ld64.lld') ?? 'ld64.lld', ['-dylib', ...system, '-o', name, object, ...flags]);
    return this.path(name);
  }

  /** Builds a Rust library with the linker that Rust brings. */
  rust(name: string, arch: MacArch, source: string, flags: readonly string[]): string {
    this.write(`${name}.rs`, source);
    const linker = ['-C', 'linker=rust-lld', '-C', 'linker-flavor=ld64.lld'];
    const what = ['--edition', '2024', '--crate-type', 'cdylib', '--target', RUST_TRIPLES[arch]];
    this.tool('rustc', [...what, ...linker, ...flags, '-o', `${name}.dylib`, `${name}.rs`], { SDKROOT: this.sdk() });
    return this.path(`${name}.dylib`);
  }

  /** Runs a tool of LLVM. */
  llvm(tool: string, args: readonly string[]): string {
    return this.tool(llvmTool(tool) ?? tool, args);
  }

  tool(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): string {
    return execFileSync(command, args, {
      cwd: this.folder,
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      maxBuffer: 2 ** 28,
    });
  }

  /** A folder that linkers take for macOS's SDK: zig's description of libSystem, without the newest processors. */
  private sdk(): string {
    const folder = this.path('sdk');
    if (existsSync(folder)) return folder;
    const library = /lib_dir"?\s*[=:]\s*"([^"]+)"/.exec(answer(ZIG ?? 'zig', ['env']) ?? '')?.[1] ?? '';
    const text = readFileSync(path.join(library, 'libc/darwin/libSystem.tbd'), 'utf8');
    mkdirSync(path.join(folder, 'usr/lib'), { recursive: true });
    for (const name of ['libSystem', 'libc', 'libm']) {
      const known = text.replace(/,?\s*arm64e\.x1-\w+/g, '');
      writeFileSync(path.join(folder, 'usr/lib', `${name}.tbd`), known);
    }
    return folder;
  }
}

/** Offset of the first load command of a kind in a thin file. */
export function loadCommand(bytes: Buffer, kind: number): number {
  let at = 32;
  for (let index = 0; index < bytes.readUInt32LE(16); index++) {
    if (bytes.readUInt32LE(at) === kind) return at;
    at += bytes.readUInt32LE(at + 4);
  }
  throw new Error(`no load command of kind 0x${kind.toString(16)}`);
}

/** Offset of the load command of a segment in a thin file. */
export function segmentCommand(bytes: Buffer, name: string): number {
  let at = 32;
  for (let index = 0; index < bytes.readUInt32LE(16); index++) {
    const found = bytes.toString('latin1', at + 8, at + 24).replace(/\0.*$/s, '');
    if (bytes.readUInt32LE(at) === 0x19 && found === name) return at;
    at += bytes.readUInt32LE(at + 4);
  }
  throw new Error(`no segment ${name}`);
}

/** A universal file out of any slices, also those that cpex does not join; each at a multiple of 16 KiB. */
export function universalOf(slices: readonly Buffer[]): Buffer {
  const head = Buffer.alloc(0x4000);
  head.writeUInt32BE(0xcafebabe, 0);
  head.writeUInt32BE(slices.length, 4);
  const pieces: Buffer[] = [head];
  let offset = head.length;
  for (const [index, slice] of slices.entries()) {
    const words = [slice.readUInt32LE(4), slice.readUInt32LE(8), offset, slice.length, 14];
    for (const [place, word] of words.entries()) head.writeUInt32BE(word, 8 + index * 20 + place * 4);
    const padded = Buffer.alloc(Math.ceil(slice.length / 0x4000) * 0x4000);
    slice.copy(padded);
    // The last one ends where its library ends, so that nothing seems appended.
    pieces.push(index === slices.length - 1 ? slice : padded);
    offset += padded.length;
  }
  return Buffer.concat(pieces);
}
