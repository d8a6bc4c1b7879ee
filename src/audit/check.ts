import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { AuditReport } from '../model/binary.js';
import type { RunContext } from '../model/context.js';
import type { Finding } from '../model/finding.js';
import type { ArtefactKind, Language, Target, TargetName } from '../model/target.js';
import { findProject } from '../project/find.js';
import { identityDrift } from '../project/identity-drift.js';
import { resolveTarget } from '../project/targets/normalise.js';
import { TARGETS } from '../project/targets/table.js';
import { CpexError, systemCode } from '../support/errors.js';
import { findLibraries, LIBRARY } from './find-libraries.js';
import { programOf } from './find-programs.js';
import { auditFile } from './report.js';
import type { AuditExpectation } from './rules/rule.js';

/** What `cpex check` was told to expect; the rest follows from the project and the folder. */
export interface CheckOptions {
  /** Any spelling that `resolveTarget` understands. */
  readonly target?: string | undefined;
  readonly language?: Language | undefined;
  /** Symbol that a host looks up; the host is the project's, undefined outside of one. */
  readonly entryOf?: (host: string | undefined) => string | undefined;
  /** What a host takes; the host is the project's, undefined outside of one. Libraries when absent. */
  readonly kindOf?: (host: string | undefined) => ArtefactKind;
  /** Highest glibc version that may be needed. */
  readonly glibc?: string | undefined;
}

/** What a check came to. */
export interface CheckOutcome {
  readonly reports: readonly AuditReport[];
  /** Where the project around the files disagrees with its own `cpex.yaml`; empty outside of one. */
  readonly project: readonly Finding[];
  /** Whether any finding is a fault. */
  readonly ok: boolean;
}

/** One library: where it can be read, and the path whose folder tells what it is for. */
export interface LibraryToCheck {
  readonly file: string;
  readonly place: string;
  /** Expected where neither options nor folder name another. */
  readonly target?: TargetName;
  /** What it is, where that is known. */
  readonly kind?: ArtefactKind;
}

/** Expectations that hold for all files of a check. */
export interface Checker {
  /** What the host takes. */
  readonly kind: ArtefactKind;
  /** Audits one library or program. Throws `CPEX_E_INTERRUPTED` once the run was interrupted. */
  audit(library: LibraryToCheck): Promise<AuditReport>;
  /** Adds what the project has to say. */
  conclude(reports: readonly AuditReport[]): Promise<CheckOutcome>;
}

/**
 * Audits a file, or every library below a folder. Inside a project its language and glibc limit
 * are expected, and its files are compared with `cpex.yaml`; below a folder named like a target
 * (`dist/linux-x64/`), that target is expected.
 */
export async function checkPath(given: string, options: CheckOptions, context: RunContext): Promise<CheckOutcome> {
  const root = path.resolve(context.cwd, given);
  requireGlibcVersion(options.glibc);
  const folder = await isFolder(root, given);
  const checker = await openChecker(folder ? root : path.dirname(root), options, context);
  const files = folder ? await librariesBelow(root, given, checker.kind, context) : [root];
  const reports: AuditReport[] = [];
  for (const file of files) reports.push(await checker.audit({ file, place: file }));
  return checker.conclude(reports);
}

/** Settles what is expected of libraries in a folder, from the options and the project around it. */
export async function openChecker(folder: string, options: CheckOptions, context: RunContext): Promise<Checker> {
  requireGlibcVersion(options.glibc);
  const target = options.target === undefined ? undefined : resolveTarget(options.target);
  const project = await findProject(folder);
  if (project !== undefined) context.emit({ type: 'config', file: project.file });
  const language = options.language ?? project?.manifest.language;
  const glibcFloor = options.glibc ?? project?.manifest.glibc;
  const entry = options.entryOf?.(project?.manifest.host);
  const kind = options.kindOf?.(project?.manifest.host) ?? 'library';
  const common = {
    ...(language === undefined ? {} : { language }),
    ...(glibcFloor === undefined ? {} : { glibcFloor }),
  } as const;
  return {
    kind,
    audit: async (library) => {
      if (context.signal.aborted) {
        throw new CpexError('CPEX_E_INTERRUPTED', 'Interrupted while libraries were checked.');
      }
      const place = placeOf(library.place);
      const own = library.target === undefined ? undefined : TARGETS[library.target];
      const wanted = target ?? place?.target ?? own;
      const form = await kindOfFile(library, kind);
      const expected: AuditExpectation = {
        ...common,
        ...form,
        ...(form.kind === 'library' && entry !== undefined ? { entry } : {}),
        ...(wanted === undefined ? {} : { target: wanted }),
        ...(place?.debug === true ? { debug: true } : {}),
      };
      return auditFile(library.file, expected);
    },
    conclude: async (reports) => {
      const drift = project === undefined ? [] : await identityDrift(project);
      const findings = [...drift, ...reports.flatMap((report) => report.findings)];
      return { reports, project: drift, ok: findings.every((finding) => finding.severity !== 'fail') };
    },
  };
}

function requireGlibcVersion(glibc: string | undefined): void {
  if (glibc === undefined || /^\d+(?:\.\d+)+$/.test(glibc)) return;
  throw new CpexError('CPEX_E_USAGE', `${JSON.stringify(glibc)} is not a glibc version; 2.28 is one.`);
}

async function librariesBelow(
  root: string,
  given: string,
  kind: ArtefactKind,
  context: RunContext,
): Promise<readonly string[]> {
  const { files, cut } = await findLibraries(root, kind);
  if (cut) {
    context.emit({ type: 'note', level: 'warn', text: `${given} holds too much; only ${files.length} were checked.` });
  }
  if (files.length === 0) {
    throw new CpexError('CPEX_E_AUDIT_NOTHING', `There is no ${kind} in this folder or below it.`, {
      evidence: [root],
      remedy: `Build the plugin first (cpex build), or name the ${kind} or the zip archive itself.`,
    });
  }
  return files;
}

async function isFolder(root: string, given: string): Promise<boolean> {
  try {
    return (await stat(root)).isDirectory();
  } catch (error) {
    const why = systemCode(error) === 'ENOENT' ? 'There is no such file or folder' : 'It cannot be read';
    throw new CpexError('CPEX_E_AUDIT_FILE', `${why}: ${given}`, { cause: error });
  }
}

/** A program lies in a folder that says so, or is what the host takes and not named like a library. */
async function kindOfFile({ file, place, kind: known }: LibraryToCheck, kind: ArtefactKind) {
  const told = await programOf(path.join(path.dirname(place), 'build.json'));
  const program = known === 'executable' || told === place || (kind === 'executable' && !LIBRARY.test(place));
  if (!program) return { kind: 'library' } as const;
  // What was unpacked from an archive has the mode of a private copy.
  return file === place
    ? ({ kind: 'executable', mode: await modeOf(file) } as const)
    : ({ kind: 'executable' } as const);
}

async function modeOf(file: string): Promise<number> {
  // Windows keeps no such bits.
  return process.platform === 'win32' ? 0o755 : (await stat(file)).mode;
}

/** The target that a file's folder stands for: `linux-x64`, `linux-x64-debug`, `linux-x64-process`. */
function placeOf(file: string): { readonly target: Target; readonly debug: boolean } | undefined {
  const name = path.basename(path.dirname(file));
  const debug = name.endsWith('-debug');
  const plain = name.replace(/-debug$/, '').replace(/-process$/, '');
  const target = Object.values(TARGETS).find((row) => row.name === plain);
  return target === undefined ? undefined : { target, debug };
}
