import { readdir, realpath } from 'node:fs/promises';
import path from 'node:path';
import type { RunContext } from '../../model/context.js';
import type { Project } from '../../model/manifest.js';
import { sourceRoot } from '../../project/source-root.js';
import { hostTarget } from '../../project/targets/host.js';
import { TARGETS } from '../../project/targets/table.js';
import { sha256Hex } from '../../support/digest.js';
import { sha256File } from '../../support/files.js';
import { findTool } from '../../support/find-tool.js';
import { packageVersion } from '../../support/package-root.js';
import { runTool } from '../../support/tools.js';
import type { CompilerChoice, TargetPlan, ToolFound } from '../build-model.js';
import { withoutDownloads } from '../find-toolchain.js';
import type { LockEntry, LockedTool } from './model.js';

/** Time for a tool to say where its parts are, in milliseconds. */
const ASK_MS = 60_000;

type Tools = Record<string, LockedTool>;
/** Answers of a tool to a question about itself; undefined where it has none. */
type Ask = (argv: readonly string[]) => Promise<string | undefined>;

/**
 * What builds a target, by digest: the executables behind links and rustup's stand-ins, the programs
 * that a C compiler or go starts in turn, and the libraries of rustc and of its target.
 */
export async function describeTools(project: Project, plan: TargetPlan, context: RunContext): Promise<LockEntry> {
  const ask = asker(project, plan, context);
  const { toolchain, language } = plan;
  const { compiler } = toolchain;
  const go = language === 'go' ? await goFacts(toolchain.path, ask) : undefined;
  const tools: Tools = {};
  for (const tool of [toolchain, ...toolchain.helpers]) {
    if (tool.path === compiler?.tool.path) continue;
    Object.assign(tools, await describe(tool, { plan, ask, context }));
  }
  if (compiler !== undefined) {
    const taken = compiler.tool.name in tools;
    const named = taken ? { ...compiler.tool, name: `${compiler.tool.name} for ${plan.target}` } : compiler.tool;
    Object.assign(tools, await describe(named, { plan, ask, context }, compiler));
  }
  if (go !== undefined) Object.assign(tools, await goTools(go));
  if (language === 'rust' && compiler === undefined) Object.assign(tools, await rustLinker({ plan, ask, context }));
  return {
    cpex: packageVersion(),
    host: hostTarget().name,
    language,
    ...(compiler === undefined
      ? {}
      : { compiler: { source: compiler.source, arguments: compiler.argv.slice(1).map(withoutFolders) } }),
    ...(go === undefined ? {} : { gotoolchain: go.setting }),
    tools,
  };
}

interface Surroundings {
  readonly plan: TargetPlan;
  readonly ask: Ask;
  readonly context: RunContext;
}

async function describe(tool: ToolFound, around: Surroundings, compiler?: CompilerChoice): Promise<Tools> {
  const { plan, ask } = around;
  if (tool.name === 'go') return {};
  if (tool.name === 'cargo' || tool.name === 'rustc') return rustTool(tool, plan, ask);
  const own = { [tool.name]: await ofFile(tool.path, tool.version) };
  const argv = compiler?.argv ?? [tool.path];
  // The name alone decides: an explicit compiler may be a script in front of gcc.
  if (/\bgcc\b/.test(tool.name)) return { ...own, ...(await gccParts(tool.name, argv, around)) };
  if (/\bclang\b/.test(tool.name)) return { ...own, ...(await programs(tool.name, argv, ['clang', 'ld'], around)) };
  return own;
}

/** Object files and archives of gcc that end up in a library. */
const START_FILES = [
  ...['crti.o', 'crtn.o', 'crtbeginS.o', 'crtendS.o', 'libgcc.a', 'libc_nonshared.a'],
  ...['dllcrt2.o', 'crtbegin.o', 'crtend.o', 'libmingw32.a', 'libmingwex.a', 'libmsvcrt.a'],
];

async function gccParts(name: string, argv: readonly string[], around: Surroundings): Promise<Tools> {
  const parts = await programs(name, argv, ['cc1', 'as', 'ld'], around);
  const linked: string[] = [];
  for (const file of START_FILES) {
    const said = await around.ask([...argv, `-print-file-name=${file}`]);
    // It repeats the bare name of a file that it does not have.
    if (said !== undefined && path.isAbsolute(said)) linked.push(said);
  }
  return linked.length === 0 ? parts : { ...parts, [`${name}/start-files`]: await ofFiles(linked) };
}

/** The programs that a compiler starts, by what it says itself. */
async function programs(
  name: string,
  argv: readonly string[],
  wanted: readonly string[],
  { ask, context }: Surroundings,
): Promise<Tools> {
  const parts: Tools = {};
  for (const part of wanted) {
    const said = await ask([...argv, `-print-prog-name=${part}`]);
    if (said === undefined || said === '') continue;
    // A bare name is one that it searches along PATH.
    const file = path.isAbsolute(said) ? said : await findTool(said, context.env);
    if (file !== undefined) parts[`${name}/${part}`] = await ofFile(file);
  }
  return parts;
}

/** What rustup's stand-ins lead to in the project's folder, and for rustc the libraries that do its work. */
async function rustTool(tool: ToolFound, plan: TargetPlan, ask: Ask): Promise<Tools> {
  const rustc = [plan.toolchain, ...plan.toolchain.helpers].find(({ name }) => name === 'rustc');
  const sysroot = rustc === undefined ? undefined : await ask([rustc.path, '--print', 'sysroot']);
  const ending = process.platform === 'win32' ? '.exe' : '';
  const real = sysroot === undefined ? tool.path : path.join(sysroot, 'bin', tool.name + ending);
  // A cargo of the distribution does not lie beside its rustc.
  const own = { [tool.name]: await ofFile(real, tool.version).catch(() => ofFile(tool.path, tool.version)) };
  if (tool.name === 'cargo' || sysroot === undefined) return own;
  const libraries = await filesIn(path.join(sysroot, process.platform === 'win32' ? 'bin' : 'lib'), RUSTC_LIBRARY);
  const triple = TARGETS[plan.target].rust;
  const std = triple === undefined ? [] : await filesIn(path.join(sysroot, 'lib', 'rustlib', triple, 'lib'), /./);
  return {
    ...own,
    ...(libraries.length === 0 ? {} : { 'rustc/libraries': await ofFiles(libraries) }),
    ...(std.length === 0 ? {} : { 'rustc/std': await ofFiles(std) }),
  };
}

/** What rustc links with where nobody tells it: the C compiler of the machine, which Windows may do without. */
async function rustLinker(around: Surroundings): Promise<Tools> {
  const file = await findTool('cc', around.context.env);
  return file === undefined ? {} : { cc: await ofFile(file), ...(await gccParts('cc', [file], around)) };
}

/** rustc is a small program in front of two large libraries. */
const RUSTC_LIBRARY = /^(?:lib)?(?:rustc_driver|LLVM).*\.(?:so|dylib|dll)/;

interface GoFacts {
  readonly version: string;
  readonly root: string;
  readonly tools: string;
  readonly setting: string;
}

/** What Go makes of `go.mod` and GOTOOLCHAIN in the project's folder, without downloading another Go. */
async function goFacts(go: string, ask: Ask): Promise<GoFacts | undefined> {
  const said = await ask([go, 'env', '-json', 'GOVERSION', 'GOROOT', 'GOTOOLDIR', 'GOTOOLCHAIN']);
  if (said === undefined) return undefined;
  const { GOVERSION = '', GOROOT = '', GOTOOLDIR = '', GOTOOLCHAIN = '' } = JSON.parse(said) as Record<string, string>;
  return { version: GOVERSION.replace(/^go/, ''), root: GOROOT, tools: GOTOOLDIR, setting: GOTOOLCHAIN };
}

async function goTools({ version, root, tools }: GoFacts): Promise<Tools> {
  const ending = process.platform === 'win32' ? '.exe' : '';
  const found: Tools = { go: await ofFile(path.join(root, 'bin', `go${ending}`), version) };
  for (const part of ['asm', 'cgo', 'compile', 'link']) {
    const one = await ofFile(path.join(tools, part + ending)).catch(() => undefined);
    if (one !== undefined) found[`go/${part}`] = one;
  }
  return found;
}

function asker(project: Project, plan: TargetPlan, context: RunContext): Ask {
  // Looking must not download a Go; one that is there is found without a proxy.
  const env = { ...withoutDownloads(context.env), ...plan.toolchain.compiler?.env, LANGUAGE: 'en', GOPROXY: 'off' };
  const options = { cwd: sourceRoot(project), env, timeout: ASK_MS, signal: context.signal };
  return async ([tool = '', ...args]) => {
    const { code, stdout } = await runTool(tool, args, options);
    return code === 0 ? stdout.trim() : undefined;
  };
}

async function ofFile(file: string, version?: string): Promise<LockedTool> {
  const sha256 = await sha256File(await realpath(file));
  return version === undefined ? { sha256 } : { version, sha256 };
}

/** One digest over names and contents. */
async function ofFiles(files: readonly string[]): Promise<LockedTool> {
  const lines: string[] = [];
  for (const file of files) lines.push(`${await sha256File(await realpath(file))}  ${path.basename(file)}\n`);
  return { sha256: sha256Hex(lines.sort().join('')) };
}

async function filesIn(folder: string, pattern: RegExp): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.filter((one) => one.isFile() && pattern.test(one.name)).map((one) => path.join(folder, one.name));
}

/** `-target x86_64-linux-gnu.2.17` stays; of an absolute path, `-I` and the like in front of it or not, its last part. */
function withoutFolders(word: string): string {
  const [, option = '', file] = /^(-[A-Za-z]|[^=]*=)?((?:[A-Za-z]:)?[\\/].*)$/.exec(word) ?? [];
  return file === undefined ? word : option + (file.split(/[\\/]/).at(-1) ?? '');
}
