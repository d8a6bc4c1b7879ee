import type { AuditReport, BinaryFacts, BinaryFormat, LinkFacts } from '../model/binary.js';
import type { Finding } from '../model/finding.js';
import type { ArtefactKind, Language, TargetName } from '../model/target.js';
import { TARGETS } from '../project/targets/table.js';
import { shellWord } from '../support/shell-word.js';
import { BinaryError } from './binary-error.js';
import { foreignFindings, malformed, modeFindings } from './file-findings.js';
import { FileSource } from './file-source.js';
import { linkOf } from './link-facts.js';
import { HEAD_BYTES, isElf, recognise } from './recognise.js';
import type { AuditExpectation, CommonInput, Rule } from './rules/rule.js';
import { neededGlibc } from './rules/versions.js';
import { type ScanResult, scan } from './scan.js';
import { joinSliceFindings } from './slice-findings.js';

/**
 * Reads a file and judges it, without loading it. Whatever is wrong with the content is a finding.
 * Throws `CPEX_E_AUDIT_FILE` or `CPEX_E_AUDIT_TOO_LARGE` when it cannot be read at all.
 */
export async function auditFile(file: string, expected: AuditExpectation): Promise<AuditReport> {
  const source = await FileSource.open(file);
  try {
    return await audit(file, source, expected);
  } finally {
    await source.close();
  }
}

async function audit(file: string, source: FileSource, expected: AuditExpectation): Promise<AuditReport> {
  const head = await source.read(0, HEAD_BYTES);
  const scanned = await scan(source);
  const { facts, findings } = await readFacts(source, head, expected);
  const detected = languageOf(linkOf(facts), scanned);
  const language = detected ?? 'c';
  const common = {
    expected,
    language: expected.language ?? language,
    detected,
    size: source.size,
    finds: scanned.finds,
  };
  findings.push(...(await judge(facts, common, file)));
  if (expected.kind === 'executable') findings.push(...modeFindings(expected.mode));
  const target = targetOf(facts);
  const glibc = facts.dynamic === undefined ? undefined : neededGlibc(facts.dynamic.versionNeeds);
  return {
    file,
    sha256: scanned.sha256,
    size: source.size,
    facts,
    ...(target === undefined ? {} : { target }),
    language,
    ...(glibc === undefined ? {} : { glibc }),
    findings: findings.map((finding) => ({ ...finding, file })),
  };
}

async function readFacts(
  source: FileSource,
  head: Buffer,
  expected: AuditExpectation,
): Promise<{ facts: BinaryFacts; findings: Finding[] }> {
  const seen = recognise(head, source.size);
  const format = isElf(head) ? 'elf' : seen.format;
  const { kind, entry, target } = expected;
  const wanted = entry === undefined ? [] : [entry];
  const read = READERS[format];
  if (read === undefined) return { facts: seen, findings: foreignFindings(seen, target, kind) };
  try {
    const facts = await read(source, { wanted, role: kind });
    // An object file or a memory dump has nothing that the rules could look at.
    return { facts, findings: linkOf(facts) === undefined ? foreignFindings(facts, target, kind) : [] };
  } catch (error) {
    if (!(error instanceof BinaryError)) throw error;
    if (seen.format === format && seen.role !== kind)
      return { facts: seen, findings: foreignFindings(seen, target, kind) };
    const facts: BinaryFacts = { format, role: 'other', description: `a damaged ${FORMAT_NAMES[format]} file` };
    return { facts, findings: [malformed(format, error)] };
  }
}

type Reader = (
  source: FileSource,
  options: { readonly wanted: readonly string[]; readonly role: ArtefactKind },
) => Promise<BinaryFacts>;

/** Readers, and below the rules, are loaded for the first file of their format: most runs see only one. */
const READERS: Partial<Record<BinaryFormat, Reader>> = {
  elf: async (source, options) => (await import('./elf/read-elf.js')).readElf(source, options),
  macho: async (source, options) => (await import('./macho/read-macho.js')).readMachO(source, options),
  pe: async (source, options) => (await import('./pe/read-pe.js')).readPe(source, options),
};

const FORMAT_NAMES: Partial<Record<BinaryFormat, string>> = { elf: 'ELF', macho: 'Mach-O', pe: 'PE' };

/** What is the same for every slice of a file. */
type FileInput = Omit<CommonInput, 'facts' | 'link'>;

/** Every rule of the file's format; of a universal file, each slice on its own. */
async function judge(facts: BinaryFacts, common: FileInput, file: string, whole = facts): Promise<Finding[]> {
  const { dynamic, macho, pe, slices = [] } = facts;
  // What is wrong inside something else than was expected is beside the point.
  const inDepth = facts.role === common.expected.kind;
  if (dynamic !== undefined) {
    const input = { ...common, facts, dynamic, link: dynamic };
    const rules = inDepth
      ? (await import('./rules/catalogue.js')).ELF_RULES
      : (await import('./rules/platform.js')).PLATFORM_RULES;
    return rules.flatMap((rule) => apply(rule, input, file));
  }
  if (macho !== undefined) {
    const { MACHO_RULES } = await import('./macho/rules.js');
    return MACHO_RULES.flatMap((rule) => apply(rule, { ...common, facts, macho, link: macho, whole }, file));
  }
  if (pe !== undefined) {
    const input = { ...common, facts, pe, link: pe };
    const rules = inDepth
      ? (await import('./pe/rules.js')).PE_RULES
      : (await import('./pe/platform-rules.js')).PE_PLATFORM_RULES;
    return rules.flatMap((rule) => apply(rule, input, file));
  }
  return joinSliceFindings(await judgeSlices(slices, common, file, whole));
}

/** Slices that cannot be read in depth have nothing to look at; the rules see them in `whole`. */
function judgeSlices(slices: readonly BinaryFacts[], common: FileInput, file: string, whole: BinaryFacts) {
  const judged = slices.filter((slice) => slice.macho !== undefined);
  return Promise.all(
    judged.map(async (slice) => ({
      name: slice.arch ?? 'unknown',
      findings: await judge(slice, common, file, whole),
    })),
  );
}

function apply<Input extends Pick<CommonInput, 'expected'>>(rule: Rule<Input>, input: Input, file: string): Finding[] {
  const { kind } = input.expected;
  if (rule.only !== undefined && rule.only !== kind) return [];
  const again = forThisSystem(rule.again, rule.id).replaceAll('FILE', () => shellWord(file));
  return rule.check(input).map((problem) => ({
    id: rule.id,
    severity: problem.severity ?? rule.severity,
    message: inWordsOf(kind, problem.message),
    ...(problem.evidence === undefined || problem.evidence.length === 0 ? {} : { evidence: problem.evidence }),
    remedy: problem.remedy ?? rule.remedy,
    again,
    ...(rule.clause === undefined ? {} : { clause: rule.clause }),
  }));
}

/** Most rules are the same for both, and speak of libraries. */
function inWordsOf(kind: ArtefactKind, message: string): string {
  return kind === 'library' ? message : message.replaceAll(/\b([Tt]he) library\b/g, '$1 executable');
}

/** Elsewhere than on macOS, the tools that read its files are LLVM's. */
function forThisSystem(command: string, id: string): string {
  const foreign = id.startsWith('macho.') && process.platform !== 'darwin';
  return foreign ? command.replace(/(?<=^|; )(?:otool|nm|objdump|size)(?= )/g, 'llvm-$&') : command;
}

function languageOf(dynamic: LinkFacts | undefined, scanned: ScanResult): Language | undefined {
  if (dynamic === undefined) return undefined;
  if (dynamic.toolchain.go !== undefined) return 'go';
  if (dynamic.toolchain.comments.some((comment) => comment.startsWith('rustc '))) return 'rust';
  return scanned.rust ? 'rust' : undefined;
}

function targetOf(facts: BinaryFacts): TargetName | undefined {
  const musl = facts.dynamic?.libc === 'musl';
  const arch = facts.slices === undefined ? facts.arch : archOfSlices(facts.slices);
  const row = Object.values(TARGETS).find(
    (one) => one.os === facts.os && one.arch === arch && (one.libc === 'musl') === musl,
  );
  return facts.bits === 32 || facts.littleEndian === false ? undefined : row?.name;
}

/** A universal file with one processor of ours is for that one, whatever else it holds. */
function archOfSlices(slices: readonly BinaryFacts[]): string | undefined {
  const ours = slices.flatMap(({ arch }) => (arch === 'x64' || arch === 'arm64' ? [arch] : []));
  return ours.length > 1 ? 'universal' : ours[0];
}
