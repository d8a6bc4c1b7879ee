import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { linkOf } from '../audit/link-facts.js';
import type { AuditReport } from '../model/binary.js';
import type { Language, TargetName } from '../model/target.js';
import { type TravellingSettings, travellingSettings } from '../project/process-settings.js';
import { sha256Hex } from '../support/digest.js';
import { sha256File } from '../support/files.js';
import { packageVersion } from '../support/package-root.js';
import { userCacheFolder } from '../support/user-folders.js';
import type { BuildMode, CompilerSource, ToolchainIdentity, ToolFound } from './build-model.js';
import type { PreparedTarget } from './plan.js';
import type { Sanitizer } from './sanitize/sanitizer.js';
import { listDigest, type SourceHashes } from './sources.js';

/** `build.json`, described by `schemas/build.json`: what lies beside it and how it came to be. */
export interface BuildRecord {
  readonly v: 1;
  readonly id: string;
  readonly version: string;
  readonly profile: string;
  readonly language: Language;
  readonly target: TargetName;
  /** Absent for a library. */
  readonly kind?: 'executable';
  readonly mode: BuildMode;
  /** What it is instrumented with; absent where it is not. */
  readonly sanitizer?: Sanitizer;
  /** What its host has to know to start it; absent where that is the same for all. */
  readonly process?: TravellingSettings;
  /** Name of the library in the same folder. */
  readonly file: string;
  readonly sha256: string;
  readonly size: number;
  readonly exports: readonly string[];
  /** Libraries that the loader must find. */
  readonly needed: readonly string[];
  /** Lowest glibc that can load it; null where none is needed. */
  readonly glibc: string | null;
  /** Everything that went in, as one digest. */
  readonly inputs: string;
  readonly sources: { readonly count: number; readonly sha256: string };
  readonly toolchain: RecordedToolchain;
  /** What was joined into this library, each with what built it; only of a universal one. */
  readonly slices?: readonly { readonly target: TargetName; readonly toolchain: RecordedToolchain }[];
  /** The commands without the folders of this machine. */
  readonly flags: readonly string[];
  readonly cpex: string;
}

/** What built a library: the leading tool, its helpers, and what compiled or linked for the target. */
export interface RecordedToolchain extends ToolFound {
  readonly helpers: readonly ToolFound[];
  readonly compiler?: ToolFound & {
    readonly source: CompilerSource;
    /** Arguments that it always gets, such as `-target x86_64-linux-gnu.2.17`. */
    readonly arguments: readonly string[];
  };
}

/** The record of a library that passed the audit. */
export function makeRecord(target: PreparedTarget, sources: SourceHashes, report: AuditReport): BuildRecord {
  const { plan, request, slices } = target;
  const { manifest } = request.project;
  const parts = slices.length === 0 ? [target] : slices;
  const link = linkOf(report.facts);
  const flags = parts.flatMap(recordedFlags);
  const digest = listDigest(sources);
  const settings = travellingSettings(manifest.process);
  return {
    v: 1,
    id: manifest.id,
    version: manifest.version,
    profile: manifest.host,
    language: manifest.language,
    target: plan.target,
    ...(plan.kind === 'executable' ? { kind: plan.kind } : {}),
    mode: plan.mode,
    ...(plan.sanitizer === undefined ? {} : { sanitizer: plan.sanitizer }),
    ...(plan.kind === 'executable' && settings !== undefined ? { process: settings } : {}),
    file: path.basename(plan.output),
    sha256: report.sha256,
    size: report.size,
    exports: (link?.exports ?? []).map((symbol) => symbol.name).sort(),
    needed: link?.needed ?? [],
    glibc: report.glibc ?? null,
    inputs: inputsDigest(target, parts, report, [digest, flags]),
    sources: { count: sources.size, sha256: digest },
    toolchain: recorded(plan.toolchain, report),
    ...(slices.length === 0
      ? {}
      : {
          slices: slices.map((one) => ({ target: one.plan.target, toolchain: recorded(one.plan.toolchain, report) })),
        }),
    flags,
    cpex: packageVersion(),
  };
}

/** Of the sources and flags, the versions of all tools, and what compilers always get. */
function inputsDigest(
  { plan }: PreparedTarget,
  parts: readonly PreparedTarget[],
  report: AuditReport,
  [sources, flags]: readonly [string, readonly string[]],
): string {
  const used = parts.map((part) => recorded(part.plan.toolchain, report));
  const tools = used.flatMap((one) => [one, ...one.helpers, ...(one.compiler ? [one.compiler] : [])]);
  const versions = [...new Set(tools.map(({ name, version }) => `${name} ${version}`))];
  // Where a user keeps what cpex wrote for a compiler says nothing of what went in.
  const compilers = parts.flatMap(({ plan: { toolchain }, request: { env } }) =>
    (toolchain.compiler?.argv.slice(1) ?? []).map((word) => portable(word, userCacheFolder('cpex', env))),
  );
  return sha256Hex(JSON.stringify([sources, flags, versions, compilers, plan.target, plan.mode, packageVersion()]));
}

/**
 * The record in a `dist/` folder together with the library it names, when the two belong
 * together: the record is written after the library, so a reader compares the digest.
 */
export async function readBuilt(record: string): Promise<{ record: BuildRecord; file: string } | undefined> {
  try {
    const parsed = JSON.parse(await readFile(record, 'utf8')) as BuildRecord;
    if (parsed.v !== 1 || path.basename(parsed.file) !== parsed.file) return undefined;
    const file = path.join(path.dirname(record), parsed.file);
    return (await sha256File(file)) === parsed.sha256 ? { record: parsed, file } : undefined;
  } catch {
    return undefined;
  }
}

export function recordText(record: BuildRecord): string {
  return `${JSON.stringify(record, null, 2)}\n`;
}

function recordedFlags({ plan, request, toolchain }: PreparedTarget): string[] {
  // How thorough a build was does not show in what it made.
  const commands = toolchain.commands({ ...request, force: false }, plan.toolchain);
  return commands.flatMap(({ argv }) => argv.slice(1)).map((word) => portable(word, request.project.root));
}

function recorded(planned: ToolchainIdentity, { facts }: AuditReport): RecordedToolchain {
  const { name, path: file, helpers, compiler } = planned;
  // go.mod may make Go fetch and use another version of itself; the library says which.
  const go = linkOf(facts)?.toolchain.go?.version.replace(/^go/, '');
  const version = name === 'go' && go !== undefined ? go : planned.version;
  const leading = { name, version, path: file, helpers };
  if (compiler === undefined) return leading;
  return { ...leading, compiler: { ...compiler.tool, source: compiler.source, arguments: compiler.argv.slice(1) } };
}

function portable(word: string, root: string): string {
  return word.replaceAll(root, '.');
}
