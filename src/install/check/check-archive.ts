import path from 'node:path';
import { type CheckOptions, type CheckOutcome, openChecker } from '../../audit/check.js';
import { LIBRARY } from '../../audit/find-libraries.js';
import { programOf } from '../../audit/find-programs.js';
import { findProfile } from '../../hosts/registry.js';
import type { AuditReport } from '../../model/binary.js';
import type { RunContext } from '../../model/context.js';
import type { ArtefactKind, TargetName } from '../../model/target.js';
import { HOSTS } from '../../project/hosts.js';
import { CpexError } from '../../support/errors.js';
import { temporaryFolder } from '../../support/files.js';
import { shellWord } from '../../support/shell-word.js';
import { extractFile } from '../archive/extract.js';
import { type OpenArchive, openArchive } from '../archive/open-archive.js';
import { ARCHIVE_LIMITS, type ArchiveLimits } from '../archive/refuse.js';
import { readArchiveName } from '../archive-names.js';

/** Bytes of a `build.json`. */
const RECORD_LIMIT = 1 << 20;

/**
 * Audits every library in a zip archive, under names such as `plugin.zip!/plugin.so`. The archive
 * has to keep the rules that `cpex install` has for all of them.
 * @throws CpexError `CPEX_E_INSTALL_ARCHIVE` for one that does not
 */
export async function checkArchive(
  given: string,
  options: CheckOptions,
  context: RunContext,
  limits: ArchiveLimits = ARCHIVE_LIMITS,
): Promise<CheckOutcome> {
  const file = path.resolve(context.cwd, given);
  const checker = await openChecker(path.dirname(file), options, context);
  const target = targetOfName(path.basename(file));
  const temporary = await temporaryFolder('check');
  let archive: OpenArchive | undefined;
  try {
    archive = await openArchive(file, given, limits);
    const program = await programIn(archive, checker.kind, temporary.path);
    const libraries = archive.files.filter((one) => LIBRARY.test(one.name) || one.name === program);
    if (libraries.length === 0) throw noArtefact(file, checker.kind);
    const reports: AuditReport[] = [];
    for (const [index, library] of libraries.entries()) {
      const unpacked = path.join(temporary.path, `${index}${path.posix.extname(library.name)}`);
      await extractFile(archive, library, unpacked);
      const place = path.join(file, library.name);
      const known = {
        ...(target === undefined ? {} : { target }),
        ...(library.name === program ? { kind: 'executable' as const } : {}),
      };
      const report = await checker.audit({ file: unpacked, place, ...known });
      reports.push(renamed(report, unpacked, file, library.name));
    }
    return await checker.conclude(reports);
  } finally {
    archive?.close();
    await temporary.remove();
  }
}

/** The program of an archive: the one that its record describes, else the only file that could be one. */
async function programIn(archive: OpenArchive, kind: ArtefactKind, folder: string): Promise<string | undefined> {
  const record = archive.files.find((one) => one.name === 'build.json');
  if (record !== undefined && record.size <= RECORD_LIMIT) {
    const file = path.join(folder, 'build.json');
    await extractFile(archive, record, file);
    const told = await programOf(file);
    if (told !== undefined) return path.basename(told);
  }
  const plain = archive.files.filter((one) => /^[^/.]+(?:\.exe)?$/i.test(one.name) && !/^LICEN[CS]E$/i.test(one.name));
  return kind === 'executable' && plain.length === 1 ? plain[0]?.name : undefined;
}

/** The target that an archive of a release is named after, where that is one alone. */
function targetOfName(base: string): TargetName | undefined {
  for (const host of HOSTS) {
    const targets = readArchiveName(base, findProfile(host).release)?.targets ?? [];
    if (targets.length > 0) return targets.length === 1 ? targets[0] : undefined;
  }
  return undefined;
}

/** A report as if the library had been read in the archive; its commands unpack it first. */
function renamed(report: AuditReport, unpacked: string, archive: string, name: string): AuditReport {
  const file = `${archive}!/${name}`;
  const again = (command: string) =>
    `unzip -oq ${shellWord(archive)} ${shellWord(name)} && ${command.replaceAll(shellWord(unpacked), () => shellWord(name))}`;
  return {
    ...report,
    file,
    findings: report.findings.map((one) => ({
      ...one,
      file,
      ...(one.again === undefined ? {} : { again: again(one.again) }),
    })),
  };
}

function noArtefact(file: string, kind: ArtefactKind): CpexError {
  return new CpexError('CPEX_E_AUDIT_NOTHING', `There is no ${kind} in this archive.`, {
    evidence: [file],
    remedy: 'Name the archive of a built plugin (cpex package makes one), or the file itself.',
  });
}
