import { LANGUAGE_EXPECTATIONS, NOTABLE_IMPORTS, SANITIZER_SYMBOLS } from '../rules/expectations.js';
import { extraExports } from '../rules/extra-exports.js';
import { missingEntry } from '../rules/missing-entry.js';
import { listed, type MachORuleInput, type Problem, type Rule } from '../rules/rule.js';

const MARK = 'Mark it as exported: CPEX_EXPORT (default visibility) in C, #[unsafe(no_mangle)] pub extern "C" in Rust.';

const entry: Rule<MachORuleInput> = {
  id: 'macho.entry',
  only: 'library',
  clause: 'ABI-LOAD-003',
  severity: 'fail',
  title: 'The entry function is exported',
  why: 'The host looks this one name up. Without it the plugin builds and loads, and then cannot be used. In the file the name begins with an underscore, which dlsym adds.',
  remedy: 'Export it: CPEX_EXPORT in C, //export NAME in Go, #[unsafe(no_mangle)] pub extern "C" in Rust.',
  again: 'objdump --macho --exports-trie FILE',
  check: ({ macho, expected }) => {
    const name = expected.entry;
    if (name === undefined) return [];
    const found = macho.exports.find((symbol) => symbol.name === name);
    if (found === undefined) {
      return macho.unreachable.includes(name)
        ? [withoutUnderscore(name)]
        : [missingEntry(name, macho, { hidden: MARK })];
    }
    if (found.kind !== 'function' && found.kind !== 'other') {
      return [{ message: `${name} is exported, but as data (${found.kind}), not as a function.` }];
    }
    return found.executable ? [] : [{ message: `${name} is exported, but does not lie in executable code.` }];
  },
};

function withoutUnderscore(name: string): Problem {
  return {
    message: `${name} is exported without the underscore that names of C functions begin with on macOS.`,
    evidence: [`exported: ${name}; dlsym looks for _${name}`],
    remedy: `Name it _${name} in assembler files and in asm("…") labels.`,
  };
}

const exported: Rule<MachORuleInput> = {
  id: 'macho.exports',
  only: 'library',
  clause: 'ABI-LOAD-003',
  severity: 'warn',
  cases: 'info in Go libraries, whose C parts cannot be hidden',
  title: 'Nothing but the entry is exported',
  why: 'Each exported name becomes an interface that somebody may use, and in a flat namespace it collides with the same name elsewhere.',
  remedy: 'Compile with -fvisibility=hidden and mark only the entry (C), or drop no_mangle from the others (Rust).',
  again: 'objdump --macho --exports-trie FILE',
  check: (input) => {
    const { macho, expected, language } = input;
    if (macho.exports.length === 0 && macho.unreachable.length === 0) {
      const reported = expected.entry !== undefined;
      return reported ? [] : [{ message: 'The library exports nothing, so no host can use it.' }];
    }
    if (expected.entry === undefined) return [];
    const extra = [...extraExports(input), ...macho.unreachable.filter((name) => name !== expected.entry)];
    if (extra.length === 0) return [];
    const severity = LANGUAGE_EXPECTATIONS[language].extraExports;
    const message = `The library exports ${extra.length === 1 ? 'a name' : `${extra.length} names`} beside its entry.`;
    return [{ severity, message, evidence: [`exported: ${listed(extra, 12)}`] }];
  },
};

const unresolved: Rule<MachORuleInput> = {
  id: 'macho.unresolved',
  clause: 'ABI-LOAD-001',
  severity: 'warn',
  title: 'Every function it calls has a library to come from',
  why: 'With -undefined dynamic_lookup the linker accepts functions that nothing brings. The loader then searches the whole host for them, and refuses the plugin or ends the host at the first call.',
  remedy: 'Remove -undefined dynamic_lookup and link what is missing.',
  again: 'nm -m FILE | grep "dynamically looked up"',
  check: ({ macho }) => {
    // In a flat namespace every symbol is looked up like this; there is a rule for that.
    if (macho.namespace === 'flat') return [];
    const missing = macho.dynamicLookup.filter((name) => !SANITIZER_SYMBOLS.test(name));
    if (missing.length === 0) return [];
    const what = missing.length === 1 ? missing[0] : `these ${missing.length} symbols`;
    const message = `No library that it links against has to bring ${what}: any part of the host may.`;
    return [{ message, evidence: [`looked up in the whole process: ${listed(missing, 12)}`] }];
  },
};

const flatNamespace: Rule<MachORuleInput> = {
  id: 'macho.flat-namespace',
  only: 'library',
  clause: 'ABI-LOAD-001',
  severity: 'warn',
  title: 'Its symbols are looked up by library',
  why: 'In a flat namespace the first library in the process that has a name wins, so another plugin can take over the functions of this one.',
  remedy: 'Remove -flat_namespace from the linker flags.',
  again: 'otool -hv FILE | grep TWOLEVEL',
  check: ({ macho }) =>
    macho.namespace === 'flat' ? [{ message: 'The library was linked with a flat namespace.' }] : [],
};

/** Go's run time calls the system through libSystem, where it makes system calls elsewhere. */
const OWN_USES = { c: /^$/, go: /^(?:fork|execve|ptrace)$/, rust: /^$/ } as const;

const notable: Rule<MachORuleInput> = {
  id: 'macho.imports',
  severity: 'info',
  title: 'Functions worth knowing about',
  why: 'Starting programs and loading further code are legitimate, but whoever installs a plugin wants to know.',
  remedy: 'Nothing to mend when the plugin is meant to do this.',
  again: 'nm -um FILE',
  check: ({ macho, language }) => {
    // Variants for old interfaces carry a suffix: popen$UNIX2003.
    const names = macho.imports.map((symbol) => symbol.name.replace(/\$.*$/, ''));
    const found = names.filter((name) => NOTABLE_IMPORTS.test(name) && !OWN_USES[language].test(name));
    return found.length === 0 ? [] : [{ message: `The library uses ${listed([...new Set(found)])}.` }];
  },
};

export const MACHO_SYMBOL_RULES: readonly Rule<MachORuleInput>[] = [
  entry,
  exported,
  unresolved,
  flatNamespace,
  notable,
];
