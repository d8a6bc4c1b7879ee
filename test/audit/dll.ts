import { existsSync } from 'node:fs';
import { llvmTool } from '../tools/llvm.js';
import { hasTool, Workbench } from './c-library.js';

/** A plugin for Windows that nobody could object to. */
export const GOOD_DLL = `
#include <stdio.h>
#include <stdlib.h>
static int calls;
__declspec(dllexport) int cpex_plugin_init(const void *host, void *plugin) {
  char *text = malloc(32);
  if (text == NULL || host == NULL || plugin == NULL) { free(text); return 1; }
  snprintf(text, 32, "call %d", ++calls);
  free(text);
  return 0;
}
`;
/** The same without any C library, for linkers that are given nothing but the objects. */
export const BARE_DLL =
  '__declspec(dllexport) int cpex_plugin_init(const void *host, void *plugin) { return !host + !plugin; }\n';

export const MINGW = 'x86_64-w64-mingw32-gcc';
export const MINGW_OBJDUMP = 'x86_64-w64-mingw32-objdump';

/** Release flags that leave no trace of the time. */
export const DLL_FLAGS = ['-O2', '-s', '-Wl,--no-insert-timestamp'];

/** What keeps a group of tests from running, for its title; undefined when nothing does. */
export function lacking(...tools: readonly string[]): string | undefined {
  const absent = tools.filter((tool) => (tool === MINGW || tool === MINGW_OBJDUMP ? !hasTool(tool) : !llvmTool(tool)));
  return absent.length === 0 ? undefined : `needs ${absent.join(', ')}`;
}

/** Processors that clang and lld are asked for. */
export type DllArch = 'x64' | 'arm64' | 'x86';
const TRIPLES = { x64: 'x86_64', arm64: 'aarch64', x86: 'i686' } as const;

/** A temporary folder in which DLLs are built; remove it when done. */
export class DllBench extends Workbench {
  /** Compiles and links with MinGW's gcc. Words that end in .def, .o or .dll.a are files of the bench. */
  dll(name: string, source: string, flags: readonly string[] = DLL_FLAGS): string {
    this.write(`${name}.c`, source);
    this.run(MINGW, ['-shared', '-o', `${name}.dll`, `${name}.c`, ...flags]);
    return this.path(`${name}.dll`);
  }

  good(name: string, ...flags: string[]): string {
    return this.dll(name, GOOD_DLL, [...DLL_FLAGS, ...flags]);
  }

  /** Links without any library by LLVM's linker, which writes what GNU's does not. */
  lld(name: string, source: string, flags: readonly string[] = [], arch: DllArch = 'x64'): string {
    this.write(`${name}.c`, source);
    const target = `--target=${TRIPLES[arch]}-pc-windows-msvc`;
    const compile = [target, '-c', '-O2', '-ffreestanding', '-g', '-gcodeview', '-o', `${name}.obj`, `${name}.c`];
    this.run(llvmTool('clang') ?? 'clang', compile);
    const link = ['/dll', '/noentry', '/nodefaultlib', '/brepro', `/out:${name}.dll`, `${name}.obj`, ...flags];
    this.run(llvmTool('lld-link') ?? 'lld-link', link);
    return this.path(`${name}.dll`);
  }

  /** An import library for a DLL that exists by name only. Returns its path. */
  importLibrary(dll: string, ...functions: readonly string[]): string {
    const stem = dll.replaceAll(/[^\w.-]/g, '_');
    if (existsSync(this.path(`${stem}.lib`))) return this.path(`${stem}.lib`);
    const definition = this.write(`${stem}.def`, `LIBRARY "${dll}"\nEXPORTS\n${functions.join('\n')}\n`);
    const words = ['/lib', '/machine:x64', `/def:${definition}`, `/out:${stem}.lib`];
    this.run(llvmTool('lld-link') ?? 'lld-link', words);
    return this.path(`${stem}.lib`);
  }

  /** A good plugin that also calls one function of another DLL. */
  linked(name: string, dll: string, ...flags: string[]): string {
    const library = this.importLibrary(dll, 'used_function');
    const source = `${GOOD_DLL}
      int used_function(void); int use(void) { return used_function(); } void *keep __attribute__((used)) = use;`;
    return this.dll(name, source, [...DLL_FLAGS, library, ...flags]);
  }
}

/** Offset of the optional header. */
export function optionalHeader(bytes: Buffer): number {
  return bytes.readUInt32LE(60) + 24;
}

/** Offset of the entry of a data directory, in a PE32+ file. */
export function directoryEntry(bytes: Buffer, index: number): number {
  return optionalHeader(bytes) + 112 + index * 8;
}

/** Offset of a section's header. */
export function sectionHeader(bytes: Buffer, name: string): number {
  const optional = optionalHeader(bytes);
  const start = optional + bytes.readUInt16LE(optional - 4);
  const count = bytes.readUInt16LE(optional - 18);
  for (let at = start; at < start + count * 40; at += 40) {
    if (bytes.toString('latin1', at, at + 8).replace(/\0+$/, '') === name) return at;
  }
  throw new Error(`no section ${name}`);
}

/** File offset of an address relative to the image. */
export function offsetOf(bytes: Buffer, address: number): number {
  const optional = optionalHeader(bytes);
  const start = optional + bytes.readUInt16LE(optional - 4);
  for (let at = start; at < start + bytes.readUInt16LE(optional - 18) * 40; at += 40) {
    const inside = address - bytes.readUInt32LE(at + 12);
    if (inside >= 0 && inside < bytes.readUInt32LE(at + 16)) return bytes.readUInt32LE(at + 20) + inside;
  }
  throw new Error(`no section at ${address}`);
}
