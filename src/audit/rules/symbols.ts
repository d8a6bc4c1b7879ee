import { LANGUAGE_EXPECTATIONS, NOTABLE_IMPORTS, SANITIZER_SYMBOLS, VERSIONED_LIBRARIES } from './expectations.js';
import { extraExports } from './extra-exports.js';
import { missingEntry } from './missing-entry.js';
import { listed, type Rule, type RuleInput } from './rule.js';

const entry: Rule = {
  id: 'elf.entry',
  only: 'library',
  clause: 'ABI-LOAD-003',
  severity: 'fail',
  title: 'The entry function is exported',
  why: 'The host looks this one name up. Without it the plugin builds and loads, and then cannot be used.',
  remedy: 'Export it: CPEX_EXPORT in C, //export NAME in Go, #[unsafe(no_mangle)] pub extern "C" in Rust.',
  again: 'nm -D --defined-only FILE',
  check: ({ dynamic, expected }) => {
    if (expected.entry === undefined) return [];
    const found = dynamic.exports.find((symbol) => symbol.name === expected.entry);
    if (found === undefined) return [missingEntry(expected.entry, dynamic, HIDDEN)];
    if (found.kind !== 'function' && found.kind !== 'indirect-function' && found.kind !== 'other') {
      return [{ message: `${found.name} is exported, but as data (${found.kind}), not as a function.` }];
    }
    if (!found.executable) return [{ message: `${found.name} is exported, but does not lie in executable code.` }];
    return [];
  },
};

const HIDDEN = {
  hidden: 'Mark it as exported: CPEX_EXPORT (default visibility) in C, #[unsafe(no_mangle)] pub extern "C" in Rust.',
};

const exported: Rule = {
  id: 'elf.exports',
  only: 'library',
  clause: 'ABI-LOAD-003',
  severity: 'warn',
  cases: 'info in Go libraries, whose C parts cannot be hidden',
  title: 'Nothing but the entry is exported',
  why: 'Every exported name can collide with the same name in the host or in another plugin, and each one becomes an interface that somebody may use.',
  remedy: 'Compile with -fvisibility=hidden and mark only the entry (C), or drop no_mangle from the others (Rust).',
  again: 'nm -D --defined-only FILE',
  check: (input) => {
    const { dynamic, expected, language } = input;
    if (dynamic.exports.length === 0) {
      const reported = expected.entry !== undefined;
      return reported ? [] : [{ message: 'The library exports nothing, so no host can use it.' }];
    }
    if (expected.entry === undefined) return [];
    const extra = extraExports(input);
    if (extra.length === 0) return [];
    const message = `The library exports ${extra.length === 1 ? 'a name' : `${extra.length} names`} beside its entry.`;
    return [
      { severity: LANGUAGE_EXPECTATIONS[language].extraExports, message, evidence: [`exported: ${listed(extra, 12)}`] },
    ];
  },
};

const unresolved: Rule = {
  id: 'elf.unresolved',
  only: 'library',
  clause: 'ABI-LOAD-001',
  severity: 'fail',
  title: 'Every function it calls exists',
  why: 'Linkers accept missing functions in shared libraries. The loader then refuses the plugin, or it dies at the first call.',
  remedy: 'Add the missing source file or library; -Wl,-z,defs makes the linker report this.',
  again: 'nm -D --undefined-only FILE',
  check: (input) => {
    const missing = unresolvedSymbols(input);
    if (missing.length === 0) return [];
    const message =
      missing.length === 1
        ? `Nothing that the library links against has ${missing[0]}.`
        : `Nothing that the library links against has these ${missing.length} symbols.`;
    return [{ message, evidence: [`undefined: ${listed(missing, 12)}`] }];
  },
};

/** Symbols without a version in a file whose libraries version everything they offer. */
function unresolvedSymbols({ facts, dynamic }: RuleInput): string[] {
  const knowable = dynamic.needed.every((name) => VERSIONED_LIBRARIES.test(name));
  const versioned = dynamic.needed.length === 0 || dynamic.versionNeeds.length > 0;
  if (facts.role !== 'library' || facts.os !== 'linux' || !knowable || !versioned) return [];
  return dynamic.imports
    .filter((symbol) => !symbol.weak && symbol.version === undefined && !SANITIZER_SYMBOLS.test(symbol.name))
    .map((symbol) => symbol.name);
}

const notable: Rule = {
  id: 'elf.imports',
  severity: 'info',
  title: 'Functions worth knowing about',
  why: 'Starting programs and loading further code are legitimate, but whoever installs a plugin wants to know.',
  remedy: 'Nothing to mend when the plugin is meant to do this.',
  again: 'nm -D --undefined-only FILE',
  check: ({ dynamic }) => {
    const names = dynamic.imports.map((symbol) => symbol.name).filter((name) => NOTABLE_IMPORTS.test(name));
    return names.length === 0 ? [] : [{ message: `The library uses ${listed(names)}.` }];
  },
};

export const SYMBOL_RULES: readonly Rule[] = [entry, exported, unresolved, notable];
