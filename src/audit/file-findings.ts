import type { BinaryFacts } from '../model/binary.js';
import type { Finding } from '../model/finding.js';
import type { Target } from '../model/target.js';
import type { BinaryError } from './binary-error.js';

/** Findings about the file as a whole: made before any rule can look inside. */
export const FILE_FINDINGS = {
  'elf.malformed': {
    severity: 'fail',
    title: 'The file is complete and consistent',
    why: 'Truncated downloads and damaged files crash the loader or worse. A file whose headers contradict themselves is not looked at further.',
    remedy: 'Build or download the file again and compare its SHA-256.',
  },
  'file.kind': {
    severity: 'fail',
    title: 'The file is a shared library',
    why: 'Download pages, Git LFS pointers, archives and scripts end up with the name of a library surprisingly often.',
    remedy: 'Name the library itself; unpack an archive first; run git lfs pull for a pointer.',
  },
  'file.unread': {
    severity: 'warn',
    title: 'The format is one that is audited',
    why: 'Mach-O (macOS) and PE (Windows) files are recognised by their headers; their audit is not part of this version.',
    remedy: 'Test the plugin on the system it is for.',
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
export function malformed(error: BinaryError): Finding {
  const place = error.offset === undefined ? [] : [`at byte ${error.offset}`];
  const what = error.reason === 'truncated' ? 'The file is cut off' : 'The file is damaged';
  return make('elf.malformed', `${what}: ${error.message}`, place);
}

/** What there is to say about a file that is not ELF. */
export function foreignFindings(facts: BinaryFacts, target: Target | undefined): Finding[] {
  if (facts.format !== 'macho' && facts.format !== 'pe') {
    return [make('file.kind', `This is ${facts.description}, not a shared library.`)];
  }
  if (facts.role !== 'library') return [make('file.kind', `This is a ${facts.description}, not a shared library.`)];
  const findings: Finding[] = [];
  if (target !== undefined && (facts.os !== target.os || facts.arch !== target.arch)) {
    findings.push(make('file.target', `This is a ${facts.description}; expected was ${target.name}.`));
  }
  findings.push(make('file.unread', `This is a ${facts.description}; its inside is not audited in this version.`));
  return findings;
}
