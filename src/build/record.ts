import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { linkOf } from '../audit/link-facts.js';
import type { AuditReport } from '../model/binary.js';
import type { Language, TargetName } from '../model/target.js';
import { sha256File } from '../support/files.js';
import { packageVersion } from '../support/package-root.js';
import type { BuildMode, TargetPlan, ToolchainIdentity } from './build-model.js';
import { listDigest, type SourceHashes } from './sources.js';
import { TOOLCHAINS } from './toolchains/by-language.js';
import type { ToolchainRequest } from './toolchains/toolchain.js';

/** `build.json`, described by `schemas/build.json`: what lies beside it and how it came to be. */
export interface BuildRecord {
  readonly v: 1;
  readonly id: string;
  readonly version: string;
  readonly profile: string;
  readonly language: Language;
  readonly target: TargetName;
  readonly mode: BuildMode;
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
  readonly toolchain: ToolchainIdentity;
  /** The commands without the folders of this machine. */
  readonly flags: readonly string[];
  readonly cpex: string;
}

/** The record of a library that passed the audit. */
export function makeRecord(
  request: ToolchainRequest,
  plan: TargetPlan,
  sources: SourceHashes,
  report: AuditReport,
): BuildRecord {
  const { manifest } = request.project;
  const link = linkOf(report.facts);
  // How thorough a build was does not show in what it made.
  const commands = TOOLCHAINS[plan.language].commands({ ...request, force: false }, plan.toolchain);
  const flags = commands.flatMap(({ argv }) => argv.slice(1)).map((word) => portable(word, request.project.root));
  const cpex = packageVersion();
  const toolchain = actualToolchain(plan.toolchain, report);
  const tools = [toolchain, ...toolchain.helpers].map(({ name, version }) => `${name} ${version}`);
  const digest = listDigest(sources);
  return {
    v: 1,
    id: manifest.id,
    version: manifest.version,
    profile: manifest.host,
    language: manifest.language,
    target: plan.target,
    mode: plan.mode,
    file: path.basename(plan.output),
    sha256: report.sha256,
    size: report.size,
    exports: (link?.exports ?? []).map((symbol) => symbol.name).sort(),
    needed: link?.needed ?? [],
    glibc: report.glibc ?? null,
    inputs: createHash('sha256')
      .update(JSON.stringify([digest, flags, tools, plan.target, plan.mode, cpex]))
      .digest('hex'),
    sources: { count: sources.size, sha256: digest },
    toolchain,
    flags,
    cpex,
  };
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

/** go.mod may make Go fetch and use another version of itself; the library says which. */
function actualToolchain(planned: ToolchainIdentity, { facts }: AuditReport): ToolchainIdentity {
  const version = linkOf(facts)?.toolchain.go?.version.replace(/^go/, '');
  return planned.name === 'go' && version !== undefined ? { ...planned, version } : planned;
}

function portable(word: string, root: string): string {
  return word.replaceAll(root, '.');
}
