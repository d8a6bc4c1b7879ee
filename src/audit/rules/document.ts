import type { ArtefactKind } from '../../model/target.js';
import { FILE_FINDINGS } from '../file-findings.js';
import { MACHO_RULES } from '../macho/rules.js';
import { PE_RULES } from '../pe/rules.js';
import { SYSTEM_GLIBC } from '../system.js';
import { ELF_RULES } from './catalogue.js';

const INTRODUCTION = `# The audit

\`cpex check PATH\` reads a built library or executable and judges it without loading or starting it. \`cpex build\`, \`cpex test\` and
\`cpex install\` do the same on their way, so nothing is loaded that has not passed.

Every finding has a stable id and one of three weights: **fail** breaks the run (exit code 1; a refusal with
exit code 5 under \`install\`), **warn** is worth mending, **info** is good to know. A normal C, Go or Rust
library or executable raises neither fail nor warn. Most findings are the same for both; what is for one of them only says so. ELF (Linux, FreeBSD), Mach-O (macOS, thin and universal) and PE files
(Windows) are read by cpex itself, so no tool has to be installed. Of a universal file each slice is judged on its
own; what holds for one slice only names it. What is not checked without \`--target\`, \`--entry\` or \`--glibc\`
(or a project that gives them) is left out.

Each finding shows what was seen, how to mend it, and a shell command that shows the same thing again; where it is about
a duty of the [ABI](abi.md), it names the clause. The tools for Mach-O files have their names of macOS here; elsewhere
they are part of LLVM and begin with \`llvm-\`.

Hosts that start their plugins as processes (go-plugin, console, tau) take executables: a project, \`--host\` or the
\`build.json\` beside a file says which it is.

PATH is a file, a folder (every library or executable below it) or a zip archive (every library inside, named \`plugin.zip!/plugin.so\`;
the archive has to keep the rules that \`cpex install\` has). \`--reporter\` prints JSON, SARIF 2.1.0 for code scanning or
GitHub annotations, each also into a file: \`--reporter sarif=report.sarif --reporter pretty\`.

Written by a test from the rules themselves; \`npx vitest run test/audit/docs.test.ts -u\` writes it anew.
`;

const PROJECT = `## The project

Inside a project, \`cpex check\` and \`cpex build\` also say where its files disagree with \`cpex.yaml\`. None of this
breaks a run: the built plugin takes id and version from \`cpex.yaml\` alone.

| finding | weight | |
| --- | --- | --- |
| \`project.identity\` | warn | The identity file of the SDK is missing or stale; every build writes it again |
| \`project.cargo-version\`, \`project.cmake-version\` | warn | Cargo.toml or CMakeLists.txt states another version |
| \`project.repository\` | fail, info | The host wants to know where the sources are, and \`repository:\` is missing (fail) or still the placeholder of a new project (info) |
| \`project.cargo-name\`, \`project.cmake-name\` | info | The package or library has another name than the plugin |
`;

/** `docs/audit.md`: every finding of the audit, from the same table that makes them. */
export function auditDocument(): string {
  const files = Object.entries(FILE_FINDINGS).map(([id, entry]) => section({ id, ...entry }));
  return [
    INTRODUCTION,
    '## The file as a whole\n',
    ...files,
    '## ELF files\n',
    ...ELF_RULES.map((rule) => section(rule)),
    '## Mach-O files\n',
    ...MACHO_RULES.map((rule) => section(rule)),
    '## PE files\n',
    ...PE_RULES.map((rule) => section(rule)),
    '## This system\n',
    section(SYSTEM_GLIBC),
    PROJECT,
  ].join('\n');
}

const ONLY: Readonly<Record<ArtefactKind, string>> = { library: 'libraries only', executable: 'executables only' };

interface Entry {
  readonly id: string;
  readonly only?: ArtefactKind;
  readonly severity: string;
  readonly title: string;
  readonly why: string;
  readonly remedy: string;
  readonly cases?: string;
  readonly again?: string;
  readonly clause?: string;
}

function section(entry: Entry): string {
  const weight = entry.cases === undefined ? `**${entry.severity}**` : `**${entry.severity}** (${entry.cases})`;
  const again = entry.again === undefined ? '' : `\nSee it: \`${entry.again}\`\n`;
  const clause = entry.clause === undefined ? '' : ` (${entry.clause})`;
  const only = entry.only === undefined ? '' : ` (${ONLY[entry.only]})`;
  return `### \`${entry.id}\`\n\n${weight}${only} · ${entry.title}${clause}.\n\n${entry.why}\n\nRemedy: ${entry.remedy}\n${again}`;
}
