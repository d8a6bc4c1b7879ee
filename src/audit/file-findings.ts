import type { BinaryFacts, BinaryFormat } from '../model/binary.js';
import type { Finding } from '../model/finding.js';
import type { Target } from '../model/target.js';
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
    title: 'The file is a shared library',
    why: 'Download pages, Git LFS pointers, archives and scripts end up with the name of a library surprisingly often.',
    remedy: 'Name the library itself; unpack an archive first; run git lfs pull for a pointer.',
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
export function foreignFindings(facts: BinaryFacts, target: Target | undefined): Finding[] {
  if (facts.role !== 'library')
    return [make('file.kind', `This is ${article(facts.description)}, not a shared library.`)];
  const expected = target === undefined ? 'No target of cpex is for such processors.' : `Expected was ${target.name}.`;
  return [make('file.target', `This is a ${facts.description}. ${expected}`)];
}

/** Names of files that are no binaries bring their own article: `an HTML page`, `plain text`. */
function article(description: string): string {
  return /^(?:\d|PE|universal)/.test(description) ? `a ${description}` : description;
}
