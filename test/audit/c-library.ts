import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ELF_RULES } from '../../src/audit/rules/catalogue.js';

/** A plugin that nobody could object to. */
export const GOOD_SOURCE = `
#include <stdio.h>
#include <stdlib.h>
static int calls;
__attribute__((visibility("default"))) int cpex_plugin_init(const void *host, void *plugin) {
  char *text = malloc(32);
  if (text == NULL || host == NULL || plugin == NULL) { free(text); return 1; }
  snprintf(text, 32, "call %d", ++calls);
  free(text);
  return 0;
}
`;

export const ENTRY = 'cpex_plugin_init';

/** The flags of a release build. */
export const GOOD_FLAGS = ['-O2', '-s', '-fvisibility=hidden', '-Wl,-z,now'];

/** A temporary folder in which C libraries are built; remove it when done. */
export class Workbench {
  readonly folder = mkdtempSync(path.join(realpathSync(tmpdir()), 'cpex-audit-'));

  path(name: string): string {
    return path.join(this.folder, name);
  }

  write(name: string, content: string | Uint8Array): string {
    writeFileSync(this.path(name), content);
    return this.path(name);
  }

  /** Compiles a source into a shared library and returns its path. */
  library(name: string, source: string, flags: readonly string[] = GOOD_FLAGS): string {
    this.write(`${name}.c`, source);
    return this.gcc(['-shared', '-fPIC', '-o', `${name}.so`, `${name}.c`, ...flags], `${name}.so`);
  }

  /** A library of any name and soname that offers versioned symbols, to link others against. */
  provider(file: string, versions: Readonly<Record<string, string>>): string {
    const source = Object.values(versions).map((symbol) => `int ${symbol}(void) { return 1; }`);
    const script = Object.entries(versions).map(([version, symbol]) => `${version} { global: ${symbol}; local: *; };`);
    this.write(`${file}.c`, source.join('\n'));
    this.write(`${file}.map`, script.join('\n'));
    const map = `-Wl,--version-script=${file}.map`;
    return this.gcc(['-shared', '-fPIC', '-nostdlib', `-Wl,-soname,${file}`, map, '-o', file, `${file}.c`], file);
  }

  gcc(args: readonly string[], output: string): string {
    this.run('gcc', args);
    return this.path(output);
  }

  run(command: string, args: readonly string[]): string {
    const env = { ...process.env, LC_ALL: 'C' };
    return execFileSync(command, args, { cwd: this.folder, encoding: 'utf8', env, maxBuffer: 2 ** 28 });
  }

  /** A copy of a library with some bytes changed. */
  patched(file: string, name: string, change: (bytes: Buffer) => Buffer | undefined): string {
    const bytes = readFileSync(file);
    return this.write(name, change(bytes) ?? bytes);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Offset of the first program header of a type in a 64-bit little-endian file. */
export function programHeader(bytes: Buffer, type: number): number {
  const start = Number(bytes.readBigUInt64LE(32));
  for (let index = 0; index < bytes.readUInt16LE(56); index++) {
    if (bytes.readUInt32LE(start + index * 56) === type) return start + index * 56;
  }
  throw new Error(`no program header of type ${type}`);
}

/** File offset and size of a section, as readelf tells them. */
export function sectionOf(bench: Workbench, file: string, name: string): { offset: number; size: number } {
  const line = bench
    .run('readelf', ['-SW', file])
    .split('\n')
    .find((one) => one.includes(` ${name} `));
  const words = line?.slice(line.indexOf(name)).split(/\s+/) ?? [];
  return { offset: Number.parseInt(words[3] ?? '', 16), size: Number.parseInt(words[4] ?? '', 16) };
}

export const RULE_IDS = ELF_RULES.map((rule) => rule.id);

/** True when a tool can be started. */
export function hasTool(command: string, args: readonly string[] = ['--version']): boolean {
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
