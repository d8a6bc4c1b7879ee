import { open, realpath } from 'node:fs/promises';
import type { RunContext } from '../../model/context.js';
import type { DoctorReport, LanguageReport, Shadow, ToolReport } from '../../model/doctor.js';
import { type ArtefactKind, LANGUAGES, type Language } from '../../model/target.js';
import { hostTarget } from '../../project/targets/host.js';
import { findEveryTool } from '../../support/find-tool.js';
import { namedCompiler } from '../compilers/explicit.js';
import { probeCompiler } from '../compilers/sound.js';
import { type Environment, type Probe, type ProbeOptions, probeTool } from '../find-toolchain.js';
import { installRemedy, rustupRemedy } from '../remedies.js';
import { TOOLS, type ToolName } from '../tool-table.js';

export interface DoctorOptions {
  /** The language that has to work; any one will do when absent. */
  readonly language?: Language;
  /** What is to be built; libraries when absent. */
  readonly kind?: ArtefactKind;
  /** Folder in which the tools are asked for their version; rustup and Go choose it by folder. */
  readonly folder?: string;
  /** Absolute path of the running cpex, links resolved. */
  readonly running: string;
}

/** Per language, groups of tools of which one each must be there. */
const NEEDS: Readonly<Record<Language, readonly (readonly ToolName[])[]>> = {
  c: [['cc'], ['cmake'], ['ninja', 'make']],
  go: [['go'], ['cc']],
  rust: [['cargo'], ['rustc'], ['cc']],
};

/** Go makes executables without a C compiler, but for those whose packages hold C. */
const GO_ALONE: readonly (readonly ToolName[])[] = [['go']];

const ORDER: readonly ToolName[] = ['cc', 'cmake', 'ninja', 'make', 'go', 'cargo', 'rustc', 'git'];

/** Looks at all tools at once and says per language whether it can build here. Changes nothing. */
export async function examine(options: DoctorOptions, context: RunContext): Promise<DoctorReport> {
  const { env, signal } = context;
  const probing: ProbeOptions = { env, signal, ...(options.folder === undefined ? {} : { cwd: options.folder }) };
  const [probes, shadow] = await Promise.all([
    Promise.all(ORDER.map(async (name) => [name, await probe(name, probing)] as const)),
    findShadow(options.running, env),
  ]);
  const states = new Map(probes);
  const languages = LANGUAGES.map((language) => judge(language, options.kind ?? 'library', states));
  const tools = await Promise.all(probes.map(([name, found]) => report(name, found, states, env)));
  const chosen = languages.find((one) => one.language === options.language);
  return {
    target: hostTarget().name,
    node: { version: process.versions.node, path: process.execPath },
    tools,
    languages,
    ...(shadow === undefined ? {} : { shadow }),
    ...(options.language === undefined ? {} : { language: options.language }),
    ok: chosen === undefined ? languages.some((one) => one.ready) : chosen.ready,
  };
}

/** A compiler without the headers of the C library says its version just as well, so it is asked for more. */
function probe(name: ToolName, options: ProbeOptions): Promise<Probe> {
  return name === 'cc'
    ? probeCompiler(options, namedCompiler(hostTarget(), true, options.env)?.executable)
    : probeTool(name, options);
}

function judge(language: Language, kind: ArtefactKind, states: ReadonlyMap<ToolName, Probe>): LanguageReport {
  const needs = language === 'go' && kind === 'executable' ? GO_ALONE : NEEDS[language];
  const lacks = needs.flatMap((group) => (group.some((name) => isGood(name, states)) ? [] : (group[0] ?? [])));
  return { language, ready: lacks.length === 0, lacks };
}

function isGood(name: ToolName, states: ReadonlyMap<ToolName, Probe>): boolean {
  return states.get(name)?.state === 'good';
}

async function report(
  name: ToolName,
  found: Probe,
  states: ReadonlyMap<ToolName, Probe>,
  env: Environment,
): Promise<ToolReport> {
  const facts = TOOLS[name];
  const remedy = found.state === 'good' ? undefined : await remedyFor(name, found, env);
  const tool = found.state === 'good' || found.state === 'old' ? found.tool : undefined;
  const file = tool?.path ?? (found.state === 'broken' ? found.path : undefined);
  return {
    name,
    state: found.state,
    purpose: facts.purpose,
    optional: isOptional(name, states),
    ...(tool === undefined ? {} : { version: tool.version }),
    ...(tool === undefined || tool.name === name ? {} : { identity: tool.name }),
    ...(file === undefined ? {} : { path: file }),
    ...(facts.floor === undefined ? {} : { floor: facts.floor }),
    ...(found.state === 'broken' && found.said !== '' ? { said: found.said } : {}),
    ...(remedy === undefined ? {} : { remedy }),
  };
}

/** ninja and make stand in for one another. */
function isOptional(name: ToolName, states: ReadonlyMap<ToolName, Probe>): boolean {
  if (name === 'git') return true;
  if (name === 'ninja') return isGood('make', states);
  return name === 'make' && isGood('ninja', states);
}

async function remedyFor(name: ToolName, found: Probe, env: Environment): Promise<string> {
  const rustup = found.state === 'broken' ? rustupRemedy(found.said) : undefined;
  if (rustup !== undefined) return rustup;
  return installRemedy(TOOLS[name], env);
}

/** The `cpex` that a shell would start, when it is not the running one. */
async function findShadow(running: string, env: Environment): Promise<Shadow | undefined> {
  const [first] = await findEveryTool('cpex', env);
  if (first === undefined || (await realpath(first)) === running) return undefined;
  const head = await readHead(first);
  // On Windows npm installs a small script that names the real file.
  if (/node_modules[\\/]cpex[\\/]bin[\\/]run\.cjs/.test(head)) return undefined;
  return { path: first, python: /^#!.*python/.test(head) };
}

async function readHead(file: string): Promise<string> {
  const handle = await open(file, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(1024), 0, 1024, 0);
    return buffer.toString('latin1', 0, bytesRead);
  } finally {
    await handle.close();
  }
}
