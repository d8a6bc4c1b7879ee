import { mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { artefactName } from '../../project/artefact-name.js';
import { sourceRoot } from '../../project/source-root.js';
import { sha256Hex } from '../../support/digest.js';
import { writeFileAtomic } from '../../support/files.js';
import type { ToolCommand, ToolchainIdentity } from '../build-model.js';
import { chooseCompiler } from '../compilers/choose.js';
import { mendDylib } from '../compilers/mend-dylib.js';
import { writeWhenDifferent } from '../compilers/wrapper.js';
import { probeTool, requireTool } from '../find-toolchain.js';
import { sanitizeFlags } from '../sanitize/flags.js';
import { requireRuntime } from '../sanitize/runtime-library.js';
import { isOtherForm } from '../wanted-kind.js';
import { isOwnTarget } from './c-compiler.js';
import { askFileApi, readProduct } from './cmake-file-api.js';
import { type ConfigurationFile, crossFiles, toolchainFile } from './cmake-toolchain-file.js';
import { canMapPrefix } from './prefix-map.js';
import type { Product, Toolchain, ToolchainRequest, Workshop } from './toolchain.js';

/** C through cmake: Ninja where it is installed, Makefiles elsewhere; one build folder per target and mode. */
export const cmakeToolchain: Toolchain = {
  async identify(request): Promise<ToolchainIdentity> {
    const [cmake, compiler, ninja] = await Promise.all([
      requireTool('cmake', request),
      chooseCompiler(request),
      probeTool('ninja', request),
    ]);
    const { sanitizer } = request;
    if (sanitizer !== undefined) await requireRuntime({ ...request, compiler, sanitizer });
    const generator = ninja.state === 'good' ? ninja.tool : await requireTool('make', request);
    return { ...cmake, helpers: [generator, compiler.tool], compiler };
  },

  commands(request, identity) {
    const folder = buildFolder(request);
    const [generator] = identity.helpers;
    const cwd = sourceRoot(request.project);
    const settings = request.project.manifest.build;
    const wanted = cmakeTarget(request);
    const env = environment(request, identity);
    const configure = [
      ...[identity.path, '-S', cwd, '-B', folder],
      ...['-G', generator?.name === 'ninja' ? 'Ninja' : 'Unix Makefiles', '--no-warn-unused-cli'],
      `-DCMAKE_BUILD_TYPE=${request.mode === 'release' ? 'Release' : 'Debug'}`,
      // The plugin only: its unit tests are `cpex test --native`.
      '-DBUILD_TESTING=OFF',
      ...(isOtherForm(request.project.manifest.host, request.kind) ? ['-DCPEX_PROCESS=ON'] : []),
      ...(generator?.name === 'ninja' ? [`-DCMAKE_MAKE_PROGRAM=${generator.path}`] : []),
      ...(isForeign(request, identity) ? [`-DCMAKE_TOOLCHAIN_FILE=${toolchainFile(folder)}`] : []),
      ...linkSettings(request, identity),
      ...(settings?.flags ?? []),
    ];
    const build = [identity.path, '--build', folder, ...(request.force ? ['--clean-first'] : [])];
    if (wanted !== undefined) build.push('--target', wanted);
    if (request.extra.length > 0) build.push('--', ...request.extra);
    return [
      { argv: configure, cwd, env },
      { argv: build, cwd, env },
    ];
  },

  async produce(workshop): Promise<Product> {
    const [configure, build] = workshop.plan.commands;
    if (configure === undefined || build === undefined) throw new RangeError('cmake needs two commands');
    const reason = await configureWhenNeeded(workshop, configure);
    await workshop.run(build);
    const { project, target, kind } = workshop.request;
    const { id } = project.manifest;
    const extension = artefactName('', kind, target);
    const wanted = { id, kind, extension, target: cmakeTarget(workshop.request) };
    const file = await readProduct(buildFolder(workshop.request), wanted);
    if (target.os === 'darwin' && workshop.plan.toolchain.compiler?.tool.name === 'zig') await mendDylib(file);
    return { file, explanation: [reason, 'build: always left to cmake, which knows what is stale'] };
  },
};

/** The target that cpex.yaml names, which is that of the form that the host takes by itself. */
function cmakeTarget({ project: { manifest }, kind }: ToolchainRequest): string | undefined {
  return isOtherForm(manifest.host, kind) ? undefined : manifest.build?.target;
}

/**
 * The machine's own compiler, or the one in CC, is cmake's to examine. Any other needs a toolchain file: also
 * zig for this machine's target, lest headers and libraries of the machine come into a library for an older glibc.
 */
function isForeign(request: ToolchainRequest, { compiler }: ToolchainIdentity): boolean {
  return compiler !== undefined && (compiler.source === 'zig' || !isOwnTarget(request.target));
}

function environment(request: ToolchainRequest, identity: ToolchainIdentity): Readonly<Record<string, string>> {
  const { compiler } = identity;
  const env: Record<string, string> = { ...compiler?.env };
  // A toolchain file comes before CC, and stands for it.
  if (!isForeign(request, identity)) env.CC = compiler?.argv.join(' ') ?? 'cc';
  const flags = prefixMapFlags(request);
  if (flags !== undefined) env.CFLAGS = flags;
  const watching = sanitizeFlags(request, identity);
  for (const name of watching.length === 0 ? [] : ['CFLAGS', 'CXXFLAGS', 'LDFLAGS']) {
    env[name] = [request.env[name], ...watching].filter(Boolean).join(' ');
  }
  return env;
}

/**
 * What only a debugger reads is left out of a release, and so is the time of the link. A library for macOS
 * gets a name that does not depend on the folder it was built in.
 */
function linkSettings(request: ToolchainRequest, { compiler }: ToolchainIdentity): string[] {
  const { target, mode, project, kind } = request;
  const darwin = target.os === 'darwin';
  if (kind === 'executable') return executableSettings(request, compiler);
  const settings = darwin ? ['-DCMAKE_INSTALL_NAME_DIR=@rpath', '-DCMAKE_BUILD_WITH_INSTALL_NAME_DIR=ON'] : [];
  if (mode === 'debug') return settings;
  const flags = leanFlags(target, compiler);
  settings.push(`-DCMAKE_SHARED_LINKER_FLAGS_RELEASE=${flags}`);
  // Modules have link flags of their own.
  if (project.manifest.build?.target !== undefined) settings.push(`-DCMAKE_MODULE_LINKER_FLAGS_RELEASE=${flags}`);
  return settings;
}

/** Executables can be put at any address, as compilers of distributions have it anyway; zig has to be told. */
function executableSettings({ target, mode }: ToolchainRequest, compiler: ToolchainIdentity['compiler']): string[] {
  const elf = target.os === 'linux' || target.os === 'freebsd';
  const settings = elf ? ['-DCMAKE_POSITION_INDEPENDENT_CODE=ON', '-DCMAKE_EXE_LINKER_FLAGS=-pie'] : [];
  if (mode === 'release') settings.push(`-DCMAKE_EXE_LINKER_FLAGS_RELEASE=${leanFlags(target, compiler)}`);
  return settings;
}

/** Leaves out what only a debugger reads, and the time of the link. */
function leanFlags(target: ToolchainRequest['target'], compiler: ToolchainIdentity['compiler']): string {
  // Linkers for macOS know no -s; without these they name each object file by its folder.
  if (target.os === 'darwin') return '-Wl,-S,-x';
  return target.os === 'windows' && compiler?.tool.name === 'gcc' ? '-s -Wl,--no-insert-timestamp' : '-s';
}

function buildFolder(request: ToolchainRequest): string {
  return path.join(request.folder, 'cmake');
}

/**
 * cmake ignores another compiler or generator in a folder that it has configured before, so a
 * change of anything that goes into the configuration starts with an empty folder.
 */
async function configureWhenNeeded(workshop: Workshop, command: ToolCommand): Promise<string> {
  const folder = buildFolder(workshop.request);
  const keyFile = path.join(folder, 'cpex-configured');
  const key = configurationKey(workshop, command);
  const previous = await readFile(keyFile, 'utf8').catch(() => undefined);
  if (previous === key && workshop.stamp !== undefined)
    return `configure: skipped, key ${key.slice(0, 12)} is unchanged`;
  if (previous !== key) await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await rm(keyFile, { force: true });
  for (const file of configurationFiles(workshop)) await writeWhenDifferent(file, file.mode);
  await askFileApi(folder);
  await workshop.run(command);
  await writeFileAtomic(keyFile, key);
  return `configure: ${previous === undefined ? 'first time' : previous === key ? 'no stamp' : 'tools or flags changed'}, key ${key.slice(0, 12)}`;
}

function configurationFiles({ plan, request, sources }: Workshop): readonly ConfigurationFile[] {
  const { compiler } = plan.toolchain;
  if (compiler === undefined || !isForeign(request, plan.toolchain)) return [];
  const cpp = [...sources.keys()].some((file) => /\.(?:cc|cpp|cxx|c\+\+|C|mm)$/.test(file));
  return crossFiles(buildFolder(request), request.target, compiler, cpp);
}

function configurationKey(workshop: Workshop, command: ToolCommand): string {
  const { plan, request } = workshop;
  const variables = ['CPPFLAGS', 'LDFLAGS', 'CMAKE_PREFIX_PATH', 'CMAKE_TOOLCHAIN_FILE', 'PKG_CONFIG_PATH'];
  const given = variables.map((name) => request.env[name] ?? null);
  const facts = [command, plan.toolchain, configurationFiles(workshop), given];
  return sha256Hex(JSON.stringify(facts));
}

/** `__FILE__` and assert would carry the absolute folder into a release build; a debugger needs it. */
function prefixMapFlags({ mode, project, env }: ToolchainRequest): string | undefined {
  if (mode === 'debug' || !canMapPrefix(project.root)) return env.CFLAGS;
  return [env.CFLAGS, `"-ffile-prefix-map=${project.root}=."`].filter(Boolean).join(' ');
}
