import { readFileSync } from 'node:fs';
import { linkOf } from '../../src/audit/link-facts.js';
import type { BuildOptions, BuildResult } from '../../src/build/build-model.js';
import { chooseCompiler } from '../../src/build/compilers/choose.js';
import { buildProject } from '../../src/build/service.js';
import type { Project } from '../../src/model/manifest.js';
import type { Language, Target, TargetName } from '../../src/model/target.js';
import { hostTarget } from '../../src/project/targets/host.js';
import { TARGETS } from '../../src/project/targets/table.js';
import { CpexError } from '../../src/support/errors.js';
import { llvm } from '../tools/llvm.js';
import { ZIG } from '../tools/zig.js';
import { missingFor, optionsFor, testContext } from './projects.js';

/** zig builds the C library of a target before its first use: minutes on a busy machine. */
export const BUILD_MS = 15 * 60_000;

/** The variables of this machine, with the zig that it has. */
export const ENV: Readonly<Record<string, string | undefined>> = {
  ...process.env,
  ...(ZIG === undefined ? {} : { ZIG }),
};

/** Why this machine cannot build a language for a target; undefined when it can. */
export async function lackFor(language: Language, name: TargetName, glibc?: string): Promise<string | undefined> {
  const tools = missingFor(language) ?? (hostTarget().name === 'linux-x64' ? undefined : 'not on linux-x64');
  if (tools !== undefined) return tools;
  const wish = { target: TARGETS[name], env: ENV, ...(glibc === undefined ? {} : { glibc }) };
  const error = await chooseCompiler(wish).then(
    () => undefined,
    (reason: unknown) => reason as Error,
  );
  return error?.message;
}

/** A title with the reason for which its tests are skipped. */
export function titled(title: string, lack: string | undefined): string {
  return lack === undefined ? title : `${title} (${lack})`;
}

export interface BuiltLibrary {
  readonly file: string;
  readonly sha256: string;
  readonly explanation: readonly string[];
  readonly result: BuildResult;
}

/** Builds for one target and returns what was placed in `dist/`. */
export async function buildOne(
  project: Project,
  target: TargetName,
  options: Partial<BuildOptions> = {},
  env: Readonly<Record<string, string | undefined>> = ENV,
): Promise<BuiltLibrary> {
  const building = buildProject(optionsFor(project, { targets: [target], ...options }), testContext(env));
  const result = await building.catch((error: unknown) => {
    throw error instanceof CpexError ? new Error(wordsOf(error).join('\n'), { cause: error }) : error;
  });
  const [artefact] = result.artefacts;
  if (artefact === undefined) {
    const failures = result.failures.flatMap(({ error }) => wordsOf(error));
    throw new Error([...failures, ...result.findings.map((one) => one.message)].join('\n'));
  }
  const { file, sha256, explanation } = artefact;
  return { file, sha256, explanation, result };
}

/** All that an error has to say: what a tool printed is the part that helps. */
function wordsOf(error: CpexError): readonly string[] {
  return [error.message, ...error.evidence, ...error.output];
}

/** Format and processor as LLVM names them. */
export function kindOf(file: string): string | undefined {
  const said = llvm('readobj', '--file-headers', file);
  if (said === undefined) return undefined;
  const word = (name: string) => new RegExp(`^${name}: (\\S+)`, 'm').exec(said)?.[1];
  return `${word('Format')?.replace(/-.*/, '')} ${word('Arch')}`;
}

/** What {@link kindOf} says of a good library. */
export function kindFor({ os, arch }: Target): string {
  const format = { linux: 'elf64', freebsd: 'elf64', darwin: 'Mach', windows: 'COFF' }[os];
  return `${format} ${arch === 'x64' ? 'x86_64' : 'aarch64'}`;
}

/** Exported names as LLVM reads them, without the mark that Mach-O puts before those of C; sorted. */
export function exportsOf(file: string, { os }: Target): readonly string[] | undefined {
  if (os === 'windows') {
    const said = llvm('readobj', '--coff-exports', file);
    return said === undefined ? undefined : [...said.matchAll(/^ *Name: (\S+)/gm)].map(([, name = '']) => name).sort();
  }
  if (os === 'darwin') {
    const said = llvm('objdump', '--macho', '--exports-trie', file);
    return said === undefined ? undefined : [...said.matchAll(/^0x\S+ +_(\S+)/gm)].map(([, name = '']) => name).sort();
  }
  const said = llvm('nm', '-Dj', '--defined-only', file);
  return said === undefined ? undefined : said.trim().split('\n').sort();
}

/** The highest `x` of the versions `GLIBC_2.x` that a library needs; undefined where it needs none. */
export function highestGlibc(file: string): number | undefined {
  const said = llvm('readobj', '--version-info', file) ?? readFileSync(file, 'latin1');
  const minors = [...said.matchAll(/GLIBC_2\.(\d+)/g)].map(([, minor]) => Number(minor));
  return minors.length === 0 ? undefined : Math.max(...minors);
}

/** Where a folder of this machine is named in a file; undefined when it is not. */
export function mentions(file: string, folder: string): string | undefined {
  const bytes = readFileSync(file);
  const at = bytes.indexOf(folder);
  return at < 0 ? undefined : bytes.toString('latin1', at, at + 120);
}

/** Name and signature of a library for macOS, as our own reader has them. */
export function appleFacts({ result }: BuiltLibrary) {
  const [audit] = result.audits;
  const macho = audit?.facts.macho;
  return {
    name: audit === undefined ? undefined : linkOf(audit.facts)?.ownName,
    signature: macho?.signature,
    problems: macho?.signatureProblems,
    minimum: macho?.minimumOs,
  };
}
