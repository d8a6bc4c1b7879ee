import { createHash } from 'node:crypto';
import { chmod, copyFile, cp, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { ensureBuilt } from '../../build/service.js';
import { artefactKind, findProfile } from '../../hosts/registry.js';
import type { RunContext } from '../../model/context.js';
import type { Manifest } from '../../model/manifest.js';
import { findProject, MANIFEST_FILE, requireProject } from '../../project/find.js';
import { hostTarget } from '../../project/targets/host.js';
import { newProject } from '../../scaffold/new-project.js';
import { type CpexError, isCpexError } from '../../support/errors.js';
import { ensureFolder, temporaryFolder } from '../../support/files.js';
import { isOurs, placeWhole } from '../../support/own-cache.js';
import { packageRoot, packageVersion } from '../../support/package-root.js';
import type { Bench } from './bad.js';
import type { Workshop } from './compile.js';
import type { GoodPlugin } from './types.js';

/** Id of the projects; what is built of them is called after it. */
const idFor = (host: string) => `sample-${host}`;

/** What the projects can do. */
const CAPABILITIES: Readonly<Record<string, readonly string[]>> = {
  cpex: ['hook:tool_pre_invoke', 'command:greet'],
  cliproxy: ['executor', 'request_interceptor', 'management_api'],
  'go-plugin': ['service:greeter.v1.Greeter'],
  console: ['seam:store', 'seam:notifier', 'seam:status_provider', 'seam:llm'],
  tau: ['tool:greet', 'hook:before_agent_start', 'hook:session_start', 'command:greeting'],
};

/** A project that `cpex new` wrote, built; or why it cannot be built here. */
export type SdkProject = { readonly artefact: string; readonly manifest: Manifest } | { readonly reason: string };

/** Writes a new project, builds it and keeps in the user's cache what was built, the manifest and the `.proto` files. */
export async function sdkProject(good: GoodPlugin, bench: Bench): Promise<SdkProject> {
  const { workshop } = bench;
  const home = path.join(workshop.shelf, `sdk-${good.host}-${good.language}-${await keyOf(workshop, good)}`);
  const artefact = path.join(home, `${idFor(good.host)}${extensionFor(good.host)}`);
  if (!(await isOurs(artefact))) {
    await ensureFolder(workshop.shelf);
    await chmod(workshop.shelf, 0o700);
    try {
      await placeWhole(home, artefact, (draft) => buildInto(draft, good, bench));
    } catch (error) {
      // A language whose compiler is there may still lack what builds whole projects.
      if (!isCpexError(error) || !isOfMachine(error)) throw error;
      return { reason: `needs what builds a project: ${error.message}` };
    }
  }
  const project = await findProject(home);
  if (project === undefined) throw new RangeError(`${home} has no ${MANIFEST_FILE}`);
  return { artefact, manifest: project.manifest };
}

function isOfMachine({ code, message, evidence = [] }: CpexError): boolean {
  return (
    code.startsWith('CPEX_E_BUILD_TOOL') || /could not fetch a (?:crate|module)/.test([message, ...evidence].join())
  );
}

function extensionFor(host: string): string {
  const { executableExtension, libraryExtension } = hostTarget();
  return artefactKind(findProfile(host)) === 'executable' ? executableExtension : libraryExtension;
}

async function buildInto(
  draft: string,
  { language, host }: GoodPlugin,
  { context, cargoTarget }: Pick<Bench, 'context' | 'cargoTarget'>,
): Promise<void> {
  const folder = await temporaryFolder('selftest');
  try {
    // What the projects have in common is compiled once for all of them.
    const env = { CARGO_TARGET_DIR: cargoTarget, CARGO_INCREMENTAL: '0', ...context.env };
    const quiet: RunContext = { ...context, env, cwd: folder.path, emit: () => undefined, interactive: false };
    const request = {
      name: idFor(host),
      language,
      host,
      capabilities: CAPABILITIES[host] ?? [],
      author: 'Tests',
      ci: 'none',
      git: false,
    };
    const { root } = await newProject(request, { dryRun: false, force: false, overwrite: false }, quiet);
    const project = await requireProject({ ...quiet, cwd: root });
    // A release of what stands on tonic takes minutes, and is no other plugin.
    const mode = language === 'rust' && findProfile(host).transport === 'grpc' ? 'debug' : 'release';
    const built = await ensureBuilt(project, { mode }, { ...quiet, cwd: root });
    await copyFile(project.file, path.join(draft, MANIFEST_FILE));
    for (const file of project.manifest.process?.protos ?? []) await cp(path.join(root, file), path.join(draft, file));
    await copyFile(built.file, path.join(draft, path.basename(built.file)));
  } finally {
    await folder.remove();
  }
}

/** What the project comes from: this cpex with its templates and contracts, and the compiler. */
async function keyOf(workshop: Workshop, { language, host }: GoodPlugin): Promise<string> {
  const hash = createHash('sha256').update(
    JSON.stringify([packageVersion(), CAPABILITIES[host], await workshop.about(language)]),
  );
  for (const part of ['templates', 'schemas']) {
    const folder = path.join(packageRoot(), part);
    const names = (await readdir(folder, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name));
    for (const name of names.sort()) hash.update(`\0${path.relative(folder, name)}\0`).update(await readFile(name));
  }
  return hash.digest('hex').slice(0, 16);
}
