import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { artefactName } from '../../project/artefact-name.js';
import { sourceRoot } from '../../project/source-root.js';
import { exists, sha256File } from '../../support/files.js';
import type { CompilerChoice, GoLink, ToolCommand, ToolchainIdentity } from '../build-model.js';
import { chooseCompiler } from '../compilers/choose.js';
import { mendDylib } from '../compilers/mend-dylib.js';
import { requireTool } from '../find-toolchain.js';
import { requireRuntime } from '../sanitize/runtime-library.js';
import { compilerVariable } from './c-compiler.js';
import { needsCgo, platformOf } from './go-cgo.js';
import { type GoKey, goKey, headerVariable, linkSetting } from './go-key.js';
import { processTags } from './go-tags.js';
import type { Product, Toolchain, ToolchainRequest, Workshop } from './toolchain.js';

/** Lowest macOS for the runtime of Go 1.25 and newer. */
const MACOS = '12.0';

/** Go through `go build`, libraries with `-buildmode=c-shared`; the relink that Go never skips is skipped by a key. */
export const goToolchain: Toolchain = {
  async identify(request): Promise<ToolchainIdentity> {
    const asked = requireTool('go', { ...request, cwd: sourceRoot(request.project) });
    if (request.kind === 'executable' && !(await needsCgo(request, await asked)))
      return { ...(await asked), helpers: [] };
    const [go, compiler] = await Promise.all([asked, chooseCompiler({ ...request, macos: MACOS })]);
    const { sanitizer } = request;
    if (sanitizer !== undefined) await requireRuntime({ ...request, compiler, sanitizer });
    return { ...go, helpers: [compiler.tool], compiler };
  },

  commands(request, identity) {
    const { target, project } = request;
    const { compiler } = identity;
    const argv = [identity.path, 'build', ...buildFlags(request, compiler), '-o', artefactFile(request)];
    const env: Record<string, string> = {
      ...compiler?.env,
      ...(compiler === undefined ? { CGO_ENABLED: '0' } : { CGO_ENABLED: '1', CC: compilerVariable(compiler) }),
      ...platformOf(target),
    };
    return [
      {
        argv: [...argv, ...request.extra, ...processTags(request), mainPackage(request)],
        cwd: sourceRoot(project),
        env,
      },
    ];
  },

  async produce(workshop): Promise<Product> {
    const [planned] = workshop.plan.commands;
    if (planned === undefined) throw new RangeError('go needs a command');
    const command = { ...planned, env: { ...planned.env, ...(await headerVariable(workshop, planned.env)) } };
    const file = artefactFile(workshop.request);
    const last = workshop.stamp?.go;
    const intact = last !== undefined && (await digest(file)) === last.sha256;
    const setting = linkSetting(workshop, command);
    // Libraries from outside come in through this variable; Go does not see them change.
    if (intact && !last.relinks && last.setting === setting && !workshop.request.env.CGO_LDFLAGS) {
      return buildInPlace(workshop, command, file, last);
    }
    const key = await keyFor(workshop, command);
    if (intact && last.key === key.value) {
      return { file, go: last, explanation: [...key.parts, `link: skipped, key ${last.key} is unchanged`] };
    }
    await rm(file, { force: true });
    await link(workshop, command, file);
    const explanation = [...key.parts, `link: done, ${whyLinked(last, key.value)}`];
    return { file, explanation, ...(await remembered(file, key, workshop, setting)) };
  },
};

/** For a main package without cgo files Go's own check is sound, and cheaper than a key. */
async function buildInPlace(workshop: Workshop, command: ToolCommand, file: string, last: GoLink): Promise<Product> {
  await link(workshop, command, file);
  if ((await digest(file)) === last.sha256) {
    return { file, go: last, explanation: ['link: left to go, which changed nothing'] };
  }
  const key = await keyFor(workshop, command);
  const explanation = [...key.parts, 'link: left to go, which linked anew'];
  return { file, explanation, ...(await remembered(file, key, workshop, last.setting)) };
}

async function link(workshop: Workshop, command: ToolCommand, file: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await workshop.run(command);
  if (isMended(workshop.request, workshop.plan.toolchain.compiler)) await mendDylib(file);
  // Go writes a C header beside a library; hosts do not need it.
  if (workshop.request.kind === 'library') await rm(`${file.slice(0, -path.extname(file).length)}.h`, { force: true });
}

function keyFor(workshop: Workshop, command: ToolCommand): Promise<GoKey> {
  const { request, plan } = workshop;
  const flags = buildFlags(request, plan.toolchain.compiler);
  return goKey(workshop, command, [...flags, ...request.extra, ...processTags(request)], mainPackage(request));
}

/** What the next build may rely on; nothing where no sound key can be had. */
async function remembered(
  file: string,
  key: GoKey,
  { request, plan }: Workshop,
  setting: string,
): Promise<Pick<Product, 'go'>> {
  if (key.value === undefined) return {};
  // Without its build id Go does not know the library again.
  const relinks = key.relinks || isMended(request, plan.toolchain.compiler);
  return { go: { key: key.value, sha256: (await digest(file)) ?? '', relinks, setting } };
}

/** The library is changed after Go has linked it, so that no digest of it may be inside. */
function isMended({ target }: ToolchainRequest, compiler: CompilerChoice | undefined): boolean {
  return target.os === 'darwin' && compiler?.tool.name === 'zig';
}

function buildFlags(request: ToolchainRequest, compiler: CompilerChoice | undefined): string[] {
  const { mode, project } = request;
  const always = [...(request.kind === 'library' ? ['-buildmode=c-shared'] : []), '-buildvcs=false'];
  const release = mode === 'release';
  const link = linkFlags(request, compiler);
  const linking = link === '' ? [] : [`-ldflags=${link}`];
  if (request.sanitizer !== undefined) return [...always, '-asan', ...(project.manifest.build?.flags ?? [])];
  // A debugger needs the paths that -trimpath removes.
  const flags = release ? ['-trimpath', ...linking] : ['-gcflags=all=-N -l', ...linking];
  // Go takes the last of repeated flags, so the project's own have their way.
  return [...always, ...flags, ...(project.manifest.build?.flags ?? [])];
}

function linkFlags(request: ToolchainRequest, compiler: CompilerChoice | undefined): string {
  const release = request.mode === 'release';
  const zig = compiler?.tool.name === 'zig';
  const ours = release ? ['-s -w'] : [];
  // Go would put a digest of the library into it before it is mended.
  if (isMended(request, compiler)) ours.push('-buildid=');
  // Without it the library's name would be whatever the linker takes: the file's alone, or where it was built.
  if (request.target.os === 'darwin') ours.push(...installName(request));
  // What Go tells the linker after its own -s brings the symbols back with zig.
  else if (release && zig) ours.push('-extldflags=-s');
  return ours.join(' ');
}

function installName({ project, target, kind }: ToolchainRequest): string[] {
  if (kind === 'executable') return [];
  return [`-extldflags=-Wl,-install_name,@rpath/${artefactName(project.manifest.id, kind, target)}`];
}

function mainPackage({ project }: ToolchainRequest): string {
  return project.manifest.build?.package ?? '.';
}

/** Always a file name: Go leaves the extension away when it is given a folder. */
function artefactFile({ folder, project, kind, target }: ToolchainRequest): string {
  return path.join(folder, 'go', artefactName(project.manifest.id, kind, target));
}

async function digest(file: string): Promise<string | undefined> {
  return (await exists(file)) ? sha256File(file) : undefined;
}

function whyLinked(last: GoLink | undefined, key: string | undefined): string {
  if (key === undefined) return 'no sound key';
  if (last === undefined) return `no earlier key, now ${key}`;
  return last.key === key ? `key ${key} is unchanged, the library is not` : `key was ${last.key}, is ${key}`;
}
