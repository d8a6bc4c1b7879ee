import path from 'node:path';
import type { TargetName } from '../../model/target.js';
import { sourceRoot } from '../../project/source-root.js';
import { CpexError } from '../../support/errors.js';
import { runTool } from '../../support/tools.js';
import type { CompilerChoice, ToolCommand, ToolchainIdentity, ToolFound } from '../build-model.js';
import { requireTool } from '../find-toolchain.js';
import { requireNightly } from '../sanitize/nightly.js';
import { buildCommand, type CargoJob, callsFor, cleanCommand, instrumentedFolder, isCross } from './cargo-command.js';
import { artefactsFor, artefactsIn, noProduct, ownProduct } from './cargo-messages.js';
import { writeSdk } from './rust-darwin.js';
import { chooseLinker, chooseOwnLinker } from './rust-linker.js';
import { requireStd, rustSysroot, rustTriple } from './rust-std.js';
import type { Product, Toolchain, ToolchainRequest, Workshop } from './toolchain.js';

/** Time for cargo to say where it builds, in milliseconds. */
const ASK_MS = 60_000;

/** Where cargo keeps its files, for requests that are to start from scratch. */
const targetFolders = new WeakMap<ToolchainRequest, string>();

/** Requests whose traces of earlier builds are gone: what a common call has built since is not to be lost. */
const cleaned = new WeakSet<ToolchainRequest>();

/** Rust through `cargo build`; the path of the result is read from cargo's own messages. */
export const cargoToolchain: Toolchain = {
  async identify(request): Promise<ToolchainIdentity> {
    const options = { ...request, cwd: sourceRoot(request.project) };
    const [cargo, rustc] = await Promise.all([requireTool('cargo', options), requireTool('rustc', options)]);
    const identity = { ...cargo, helpers: [rustc] };
    if (request.sanitizer !== undefined) await requireNightly(request, rustc);
    const compiler =
      isCross(request) && request.sanitizer === undefined
        ? await forForeign(request, cargo, rustc)
        : await chooseOwnLinker(request);
    return compiler === undefined ? identity : { ...identity, compiler };
  },

  commands(request, identity) {
    const job = { request, identity };
    return [...cleaning(job), buildCommand([job])];
  },

  async produce({ request, plan, run }): Promise<Product> {
    const job = { request, identity: plan.toolchain };
    await prepare([job]);
    let stdout = '';
    const commands = cleaned.has(request) ? plan.commands.slice(-1) : plan.commands;
    for (const command of commands) stdout = (await run(command)).stdout;
    const all = artefactsIn(stdout, request.kind);
    const made = isCross(request) ? artefactsFor(rustTriple(request), all) : all;
    const product = await ownProduct(request, made);
    if (product === undefined) throw noProduct(request, made);
    return product;
  },

  async produceTogether(workshops) {
    const products = new Map<TargetName, Product>();
    const foreign = workshops.filter((one) => isCross(one.request));
    for (const jobs of callsFor(foreign.map(jobOf))) {
      const some = foreign.filter(({ request }) => jobs.some((job) => job.request === request));
      for (const [name, product] of await callOnce(some)) products.set(name, product);
    }
    return products;
  },
};

async function forForeign(request: ToolchainRequest, cargo: ToolFound, rustc: ToolFound): Promise<CompilerChoice> {
  const sysroot = await rustSysroot(request, rustc);
  await requireStd(request, rustc, sysroot);
  const compiler = await chooseLinker(request, sysroot);
  if (request.force) targetFolders.set(request, await targetFolder(request, cargo));
  return compiler;
}

function jobOf({ request, plan }: Workshop): CargoJob {
  return { request, identity: plan.toolchain };
}

/** One call of cargo for targets whose flags allow it; alone, a target is as well built later. */
async function callOnce(workshops: readonly Workshop[]): Promise<[TargetName, Product][]> {
  const [first, ...others] = workshops;
  if (first === undefined || others.length === 0) return [];
  const jobs: [CargoJob, ...CargoJob[]] = [jobOf(first), ...others.map(jobOf)];
  await prepare(jobs);
  for (const job of jobs) {
    for (const command of cleaning(job)) await first.run(command);
    cleaned.add(job.request);
  }
  const made = artefactsIn((await first.run(buildCommand(jobs))).stdout, first.request.kind);
  const products: [TargetName, Product][] = [];
  for (const { request } of jobs) {
    const product = await ownProduct(request, artefactsFor(rustTriple(request), made));
    if (product !== undefined) products.push([request.target.name, product]);
  }
  return products;
}

async function prepare(jobs: readonly CargoJob[]): Promise<void> {
  const linked = jobs.find(({ identity }) => identity.compiler?.source === 'linker');
  if (linked !== undefined) await writeSdk(linked.request);
}

function cleaning(job: CargoJob): ToolCommand[] {
  const { request } = job;
  if (!request.force) return [];
  const own = instrumentedFolder(request);
  if (own !== undefined) return [cleanCommand(job, own)];
  const folder = targetFolders.get(request);
  if (!isCross(request) || folder === undefined) return [cleanCommand(job)];
  return [cleanCommand(job, path.join(folder, rustTriple(request)))];
}

/** cargo alone knows how variables, configuration files and workspaces decide where it builds. */
async function targetFolder(request: ToolchainRequest, cargo: ToolFound): Promise<string> {
  const { env, signal, project } = request;
  const args = ['metadata', '--no-deps', '--format-version', '1'];
  const said = await runTool(cargo.path, args, {
    cwd: sourceRoot(project),
    env,
    signal,
    timeout: ASK_MS,
    keep: 16 << 20,
  });
  const folder =
    said.code === 0 ? (JSON.parse(said.stdout) as { target_directory?: unknown }).target_directory : undefined;
  if (typeof folder === 'string') return folder;
  throw new CpexError('CPEX_E_BUILD_FAILED', 'cargo cannot read the project.', {
    evidence: [`command: ${cargo.path} ${args.join(' ')}`],
    remedy: 'Mend what the tool says above.',
    output: said.stderr.trim().split('\n'),
  });
}
