import type { BinaryFacts, BinaryFormat } from '../model/binary.js';
import type { Finding } from '../model/finding.js';
import type { ArtefactKind, Target } from '../model/target.js';
import type { BinaryError } from './binary-error.js';

const MALFORMED = {
  severity: 'fail',
  title: 'The file is complete and consistent',
  why: 'Truncated downloads and damaged files crash the loader or worse. A file whose headers contradict themselves is not looked at further.',
  remedy: 'Build or download the file again and compare its SHA-256.',
} as const;

/** Findings about the file as a whole: made before any rule can look inside. */
export const FILE_FINDINGS = {
  'elf.malformed': MALFORMED,
  'macho.malformed': MALFORMED,
  'pe.malformed': MALFORMED,
  'file.kind': {
    severity: 'fail',
    title: 'The file is what its host takes: a shared library, or an executable',
    why: 'Download pages, Git LFS pointers, archives and scripts end up with the name of a library surprisingly often.',
    remedy: 'Name the built library or program itself; unpack an archive first; run git lfs pull for a pointer.',
  },
  'file.mode': {
    severity: 'warn',
    title: 'The file may be executed',
    why: 'Downloads and some archives lose the permission to execute; the host then fails with "permission denied".',
    remedy: 'Permit it with chmod +x; cpex install does so by itself.',
  },
  'file.target': {
    severity: 'fail',
    title: 'The file is for the expected target',
    why: 'A library for another system or processor cannot be loaded.',
    remedy: 'Build for the right target (cpex build --target …) or name the one it was built for with --target.',
  },
} as const;

function make(id: keyof typeof FILE_FINDINGS, message: string, evidence: readonly string[] = []): Finding {
  const { severity, remedy } = FILE_FINDINGS[id];
  return { id, severity, message, remedy, ...(evidence.length === 0 ? {} : { evidence }) };
}

/** What became of reading a file that contradicts itself. */
export function malformed(format: BinaryFormat, error: BinaryError): Finding {
  const place = error.offset === undefined ? [] : [`at byte ${error.offset}`];
  const what = error.reason === 'truncated' ? 'The file is cut off' : 'The file is damaged';
  const id = format === 'macho' || format === 'pe' ? (`${format}.malformed` as const) : 'elf.malformed';
  return make(id, `${what}: ${error.message}`, place);
}

/** What there is to say about a file whose inside no rule looks at. */
export function foreignFindings(facts: BinaryFacts, target: Target | undefined, kind: ArtefactKind): Finding[] {
  if (facts.role !== kind) {
    if (kind === 'executable' && isScript(facts, target)) return [];
    const wanted = kind === 'library' ? 'a shared library' : 'an executable';
    return [make('file.kind', `This is ${article(facts.description)}, not ${wanted}.`)];
  }
  const expected = target === undefined ? 'No target of cpex is for such processors.' : `Expected was ${target.name}.`;
  return [make('file.target', `This is a ${facts.description}. ${expected}`)];
}

/** The kernel starts a script by its first line, everywhere but on Windows. */
function isScript({ format, description }: BinaryFacts, target: Target | undefined): boolean {
  return format === 'text' && description.startsWith('a script') && target?.os !== 'windows';
}

/** What there is to say about the permissions of a file that is to be started where it lies. */
export function modeFindings(mode: number | undefined): Finding[] {
  if (mode === undefined || (mode & 0o111) !== 0) return [];
  return [make('file.mode', `Nobody may execute the file (mode ${(mode & 0o777).toString(8).padStart(4, '0')}).`)];
}

/** Names of files that are no binaries bring their own article: `an HTML page`, `plain text`. */
function article(description: string): string {
  return /^(?:\d|PE|universal)/.test(description) ? `a ${description}` : description;
}
