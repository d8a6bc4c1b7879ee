import type { BinaryFacts, DynamicFacts, LinkFacts, MachOFacts, PeFacts } from '../../model/binary.js';
import type { Severity } from '../../model/finding.js';
import type { ArtefactKind, Language, Target } from '../../model/target.js';
import type { Find } from '../scan.js';

/** What the file is expected to be. Whatever is absent is not checked. */
export interface AuditExpectation {
  readonly kind: ArtefactKind;
  /** Permission bits of the file, where it is to be started as it lies there. */
  readonly mode?: number;
  readonly target?: Target;
  /** Language it was written in; told from the file when absent. */
  readonly language?: Language;
  /** Symbol that a host will look up. */
  readonly entry?: string;
  /** Highest glibc version it may need, e.g. `2.28`. */
  readonly glibcFloor?: string;
  /** A debug build: leftovers of debugging are then no fault. */
  readonly debug?: boolean;
  /** Built with a sanitizer on purpose: that it shows, and needs its run-time library, is then no fault. */
  readonly sanitizer?: boolean;
}

/** What the rules for every format look at. */
export interface CommonInput {
  readonly expected: AuditExpectation;
  /** The expected language, or else the one that the file shows. */
  readonly language: Language;
  /** What the file itself shows; undefined when no compiler left a trace. */
  readonly detected: Language | undefined;
  readonly size: number;
  readonly finds: readonly Find[];
  /** A file, or one slice of a universal one. */
  readonly facts: BinaryFacts;
  /** What the format's own facts have in common with those of every other format. */
  readonly link: LinkFacts;
}

/** What a rule for ELF files looks at. */
export interface RuleInput extends CommonInput {
  readonly dynamic: DynamicFacts;
}

/** What a rule for Mach-O files looks at: a thin file, or one slice of a universal one. */
export interface MachORuleInput extends CommonInput {
  /** The file that the slice is a part of; the same as `facts` for a thin file. */
  readonly whole: BinaryFacts;
  readonly macho: MachOFacts;
}

/** What a rule for PE files looks at. */
export interface PeRuleInput extends CommonInput {
  readonly pe: PeFacts;
}

/** What a rule found; the rest of the finding comes from the rule itself. */
export interface Problem {
  readonly message: string;
  readonly evidence?: readonly string[];
  /** Instead of the rule's own. */
  readonly severity?: Severity;
  /** Instead of the rule's own. */
  readonly remedy?: string;
}

/** One check with a stable id. `docs/audit.md` is written from these. */
export interface Rule<Input = RuleInput> {
  readonly id: string;
  /** The kind of artefact that it is about; both when absent. */
  readonly only?: ArtefactKind;
  /** Clause of `docs/abi.md` that it holds a library to; absent for advice beyond the ABI. */
  readonly clause?: string;
  /** The usual weight; some cases weigh differently, `cases` says which. */
  readonly severity: Severity;
  readonly title: string;
  readonly why: string;
  readonly remedy: string;
  /** When the severity differs from the usual one. */
  readonly cases?: string;
  /** Shell command that shows the same thing; `FILE` stands for the quoted path. */
  readonly again: string;
  check(input: Input): readonly Problem[];
}

/** Characters of a mangled name that are shown. */
const LONGEST_SHOWN = 120;

/** At most `most` items of a list, and how many were left out; very long ones are cut. */
export function listed(items: readonly string[], most = 8): string {
  const shown = items
    .slice(0, most)
    .map((item) => (item.length > LONGEST_SHOWN ? `${item.slice(0, LONGEST_SHOWN - 1)}…` : item))
    .join(', ');
  return items.length > most ? `${shown} and ${items.length - most} more` : shown;
}
