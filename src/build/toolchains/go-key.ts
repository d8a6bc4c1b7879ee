import { rm } from 'node:fs/promises';
import path from 'node:path';
import { sha256Hex } from '../../support/digest.js';
import { exists } from '../../support/files.js';
import type { ToolCommand } from '../build-model.js';
import { untrackedHeaders } from './go-headers.js';
import type { Workshop } from './toolchain.js';

/** Bump when the recipe of the command changes in a way that the key does not show. */
const RECIPE = 1;

/** Variables besides those of `go env` that reach the compiler or the linker. */
const VARIABLES = ['LDFLAGS', 'CPATH', 'C_INCLUDE_PATH', 'LIBRARY_PATH', 'GCC_EXEC_PREFIX', 'SOURCE_DATE_EPOCH'];

/** Libraries of the C library itself; they are not linked statically. */
const SYSTEM_FLAG = /^-(?:l(?:c|m|dl|rt|pthread|util|resolv)|pthread|O\d?|g)$/;

export interface GoKey {
  /** Undefined where no sound key can be had. */
  readonly value: string | undefined;
  /** What went into it, for `--explain`. */
  readonly parts: readonly string[];
  /** Go links anew each time, whether or not something changed: the main package holds cgo files. */
  readonly relinks: boolean;
}

/**
 * A key that changes whenever the linked library could: the build ids of all packages, which Go
 * computes (and compiles) itself, with the toolchain, the flags and the environment. Where the main
 * package holds cgo files, `go build` relinks a c-shared library also when this key is the same.
 * @param command the command that builds, with {@link headerVariable} in its environment
 * @param mainPackage as `go build` is given it
 */
export async function goKey(
  workshop: Workshop,
  command: ToolCommand,
  flags: readonly string[],
  mainPackage: string,
): Promise<GoKey> {
  const go = workshop.plan.toolchain.path;
  const format = [
    '{{if eq .Name "main"}}main-cgo={{len .CgoFiles}}{{"\\n"}}{{end}}{{.ImportPath}}={{.BuildID}}',
    '{{if not .Standard}} {{.CgoLDFLAGS}}{{range .CgoPkgConfig}} pkg-config:{{.}}{{end}}{{end}}',
  ].join('');
  const list = [go, 'list', '-deps', '-export', ...flags, '-f', format, mainPackage];
  const [environment, listed] = await Promise.all([
    goEnvironment(workshop, command.env),
    withoutStrayHeader(command.cwd, () => workshop.ask(list, command.env)),
  ]);
  const relinks = !/^main-cgo=0$/m.test(listed.stdout);
  if (listed.code !== 0 || environment === undefined) {
    return { value: undefined, parts: ['key: go list failed'], relinks };
  }
  const foreign = foreignFlags(listed.stdout, environment.CGO_LDFLAGS ?? '');
  if (foreign.length > 0) {
    return { value: undefined, parts: [`key: none, the link depends on ${foreign.join(' ')}`], relinks };
  }
  const parts = {
    packages: hash(listed.stdout),
    flags: hash(flags),
    environment: hash([environment, variables(workshop)]),
    toolchain: toolchainHash(workshop, command),
  };
  return {
    value: hash(parts).slice(0, 16),
    parts: Object.entries(parts).map(([name, digest]) => `key: ${name} ${digest.slice(0, 16)}`),
    relinks,
  };
}

/**
 * What decides about the link and is known without asking Go. Go's own check compares what was compiled and goes no
 * further: with another C compiler, or other words for it, it keeps the library when the objects are the same.
 */
export function linkSetting(workshop: Workshop, command: ToolCommand): string {
  return hash([toolchainHash(workshop, command), variables(workshop)]).slice(0, 16);
}

function toolchainHash({ plan }: Workshop, command: ToolCommand): string {
  return hash([RECIPE, plan.toolchain, command]);
}

function variables({ request }: Workshop): readonly (string | null)[] {
  return VARIABLES.map((name) => request.env[name] ?? null);
}

/**
 * When it has to compile, `go list -export -buildmode=c-shared` leaves the header of the main
 * package in its working folder, as a file with no name but the ending.
 */
async function withoutStrayHeader<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const header = path.join(folder, '.h');
  const own = await exists(header);
  try {
    return await work();
  } finally {
    if (!own) await rm(header, { force: true });
  }
}

/** `go env`, without what differs from call to call. */
async function goEnvironment(
  workshop: Workshop,
  env: Readonly<Record<string, string>>,
): Promise<Record<string, string> | undefined> {
  const answer = await workshop.ask([workshop.plan.toolchain.path, 'env', '-json'], env);
  if (answer.code !== 0) return undefined;
  const variables = JSON.parse(answer.stdout) as Record<string, string>;
  // Holds the name of a temporary folder.
  delete variables.GOGCCFLAGS;
  return variables;
}

/**
 * Go does not see every C header change, see {@link untrackedHeaders}. The hash of the others in a definition makes it
 * compile again. Added to CGO_CFLAGS as it stands, since setting it drops the default.
 */
export async function headerVariable(
  workshop: Workshop,
  env: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, string>>> {
  const headers = untrackedHeaders(workshop.request.project.root, workshop.sources);
  if (headers.length === 0) return {};
  const environment = await goEnvironment(workshop, env);
  const digest = hash(headers).slice(0, 8);
  return { CGO_CFLAGS: `${environment?.CGO_CFLAGS ?? '-O2 -g'} -DCPEX_HEADER_HASH=0x${digest}` };
}

/** Linker flags that bring in files which no build id covers. */
function foreignFlags(listing: string, variable: string): string[] {
  const listed = listing.split('\n').flatMap((line) => /^\S+ (?:\[(.*?)\])?(.*)$/.exec(line)?.slice(1) ?? []);
  const words = [...listed, variable].join(' ').split(/\s+/).filter(Boolean);
  // The default of CGO_LDFLAGS is harmless, as are the system's own libraries.
  return [...new Set(words)].filter((word) => !SYSTEM_FLAG.test(word));
}

function hash(value: unknown): string {
  return sha256Hex(JSON.stringify(value));
}
