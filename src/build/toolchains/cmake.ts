import { mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { sourceRoot } from '../../project/source-root.js';
import { sha256Hex } from '../../support/digest.js';
import { writeFileAtomic } from '../../support/files.js';
import type { ToolCommand, ToolchainIdentity } from '../build-model.js';
import { probeTool, requireTool } from '../find-toolchain.js';
import { compilerVariable } from './c-compiler.js';
import { askFileApi, readLibrary } from './cmake-file-api.js';
import { canMapPrefix } from './prefix-map.js';
import type { Product, Toolchain, ToolchainRequest, Workshop } from './toolchain.js';

/** C through cmake: Ninja where it is installed, Makefiles elsewhere; one build folder per target and mode. */
export const cmakeToolchain: Toolchain = {
  buildFile: 'CMakeLists.txt',

  async identify(request): Promise<ToolchainIdentity> {
    const [cmake, compiler, ninja] = await Promise.all([
      requireTool('cmake', request),
      requireTool('cc', request, compilerVariable(request)),
      probeTool('ninja', request),
    ]);
    const generator = ninja.state === 'good' ? ninja.tool : await requireTool('make', request);
    return { ...cmake, helpers: [generator, compiler] };
  },

  commands(request, identity) {
    const folder = buildFolder(request);
    const release = request.mode === 'release';
    const [generator, compiler] = identity.helpers;
    const env: Record<string, string> = { CC: request.env.CC ?? compiler?.path ?? 'cc' };
    const flags = prefixMapFlags(request);
    if (flags !== undefined) env.CFLAGS = flags;
    const cwd = sourceRoot(request.project);
    const settings = request.project.manifest.build;
    const configure = [
      ...[identity.path, '-S', cwd, '-B', folder],
      ...['-G', generator?.name === 'ninja' ? 'Ninja' : 'Unix Makefiles', '--no-warn-unused-cli'],
      `-DCMAKE_BUILD_TYPE=${release ? 'Release' : 'Debug'}`,
      // The plugin only: its unit tests are `cpex test --native`.
      '-DBUILD_TESTING=OFF',
      ...(generator?.name === 'ninja' ? [`-DCMAKE_MAKE_PROGRAM=${generator.path}`] : []),
      ...(release && request.target.os !== 'darwin' ? ['-DCMAKE_SHARED_LINKER_FLAGS_RELEASE=-s'] : []),
    ];
    // Modules have link flags of their own.
    if (settings?.target !== undefined && release && request.target.os !== 'darwin') {
      configure.push('-DCMAKE_MODULE_LINKER_FLAGS_RELEASE=-s');
    }
    configure.push(...(settings?.flags ?? []));
    const build = [identity.path, '--build', folder, ...(request.force ? ['--clean-first'] : [])];
    if (settings?.target !== undefined) build.push('--target', settings.target);
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
    const { project, target } = workshop.request;
    const { id, build: settings } = project.manifest;
    const wanted = { id, extension: target.libraryExtension, target: settings?.target };
    const file = await readLibrary(buildFolder(workshop.request), wanted);
    return { file, explanation: [reason, 'build: always left to cmake, which knows what is stale'] };
  },
};

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
  await askFileApi(folder);
  await workshop.run(command);
  await writeFileAtomic(keyFile, key);
  return `configure: ${previous === undefined ? 'first time' : previous === key ? 'no stamp' : 'tools or flags changed'}, key ${key.slice(0, 12)}`;
}

function configurationKey({ plan, request }: Workshop, command: ToolCommand): string {
  const variables = ['CPPFLAGS', 'LDFLAGS', 'CMAKE_PREFIX_PATH', 'CMAKE_TOOLCHAIN_FILE', 'PKG_CONFIG_PATH'];
  const facts = [command, plan.toolchain, variables.map((name) => request.env[name] ?? null)];
  return sha256Hex(JSON.stringify(facts));
}

/** `__FILE__` and assert would carry the absolute folder into a release build; a debugger needs it. */
function prefixMapFlags({ mode, project, env }: ToolchainRequest): string | undefined {
  if (mode === 'debug' || !canMapPrefix(project.root)) return env.CFLAGS;
  return [env.CFLAGS, `"-ffile-prefix-map=${project.root}=."`].filter(Boolean).join(' ');
}
