import { LANGUAGE_EXPECTATIONS } from '../rules/expectations.js';
import { missingEntry } from '../rules/missing-entry.js';
import { listed, type PeRuleInput, type Problem, type Rule } from '../rules/rule.js';

/** rustc hands the linker a list of exports; where a wrapper drops it, all or none of them are exported. */
const LOST_LIST =
  'Write the entry into a file plugin.def (EXPORTS, then its name) and hand it to the linker from build.rs: println!("cargo:rustc-cdylib-link-arg={dir}/plugin.def"). cargo-zigbuild drops the list that rustc makes (rust-cross/cargo-zigbuild#251).';
const MARK = 'Mark the entry, and nothing else, with __declspec(dllexport): CPEX_EXPORT does.';
/** More exports of a Rust library than anyone writes by hand: the linker exported what it found. */
const MANY = 24;

const entry: Rule<PeRuleInput> = {
  id: 'pe.entry',
  only: 'library',
  clause: 'ABI-LOAD-003',
  severity: 'fail',
  title: 'The entry function is exported',
  why: 'The host looks this one name up. Without it the plugin builds and loads, and then cannot be used.',
  remedy: 'Export it: CPEX_EXPORT in C, //export NAME in Go, #[unsafe(no_mangle)] pub extern "C" in Rust.',
  again: 'llvm-readobj --coff-exports FILE',
  check: ({ pe, expected, language }) => {
    const name = expected.entry;
    if (name === undefined) return [];
    const found = pe.exports.find((symbol) => symbol.name === name);
    if (found === undefined) {
      const problem = missingEntry(name, pe, { hidden: language === 'rust' ? LOST_LIST : MARK });
      // Any other cause is more likely than a lost list, but for a library that looks like one.
      const lost = language === 'rust' && problem.remedy === undefined;
      return [lost ? { ...problem, remedy: LOST_LIST } : problem];
    }
    const forward = pe.forwarded.find((one) => one.startsWith(`${name} -> `));
    if (forward !== undefined) {
      return [
        {
          message: `${name} is exported, but lies in another library.`,
          evidence: [forward],
          remedy: 'Name the library that has the function, or link it into this one.',
        },
      ];
    }
    return found.executable ? [] : [{ message: `${name} is exported, but does not lie in executable code.` }];
  },
};

const exported: Rule<PeRuleInput> = {
  id: 'pe.exports',
  only: 'library',
  clause: 'ABI-LOAD-003',
  severity: 'warn',
  cases: 'info in Go libraries',
  title: 'Nothing but the entry is exported',
  why: 'Each exported name becomes an interface that somebody may use. GNU and LLVM linkers export every function of a DLL in which none is marked, which also tells how the plugin is made.',
  remedy: MARK,
  again: 'llvm-readobj --coff-exports FILE',
  check: ({ pe, expected, language }): readonly Problem[] => {
    if (pe.exports.length === 0) {
      const reported = expected.entry !== undefined;
      return reported ? [] : [{ message: 'The library exports nothing by name, so no host can use it.' }];
    }
    if (expected.entry === undefined) return [];
    const { toolchainExports, extraExports } = LANGUAGE_EXPECTATIONS[language];
    const extra = [
      ...pe.exports
        .map((symbol) => symbol.name)
        .filter((name) => name !== expected.entry && !toolchainExports.test(name)),
      ...pe.ordinalsOnly.map((ordinal) => `#${ordinal}`),
    ];
    if (extra.length === 0) return [];
    const message = `The library exports ${extra.length === 1 ? 'a name' : `${extra.length} names`} beside its entry.`;
    return [
      {
        severity: extraExports,
        message,
        evidence: [`exported: ${listed(extra, 12)}`],
        ...(language === 'rust' ? { remedy: extra.length > MANY ? LOST_LIST : 'Drop no_mangle from the others.' } : {}),
      },
    ];
  },
};

/** Functions whose use a reader of the report will want to know about. */
const NOTABLE =
  /^(?:system|_wsystem|_w?popen|_w?(?:spawn|exec)[lv]p?e?|WinExec|ShellExecute(?:Ex)?[AW]?|CreateProcess(?:AsUser|WithLogon|WithToken)?[AW]|LoadLibrary(?:Ex)?[AW]|LdrLoadDll|CreateRemoteThread(?:Ex)?|WriteProcessMemory|VirtualAllocEx|SetWindowsHookEx[AW])$/;
/** Those that the run time of a language uses by itself, so that they say nothing about the plugin. */
const OWN_USES = { c: /^$/, go: /^(?:LoadLibrary|CreateProcess)/, rust: /^(?:LoadLibrary|CreateProcess)/ } as const;

const notable: Rule<PeRuleInput> = {
  id: 'pe.imports',
  severity: 'info',
  title: 'Functions worth knowing about',
  why: 'Starting programs and loading further code are legitimate, but whoever installs a plugin wants to know.',
  remedy: 'Nothing to mend when the plugin is meant to do this.',
  again: 'llvm-readobj --coff-imports FILE',
  check: ({ pe, language }) => {
    const names = pe.imports
      .map((symbol) => symbol.name)
      .filter((name) => NOTABLE.test(name) && !OWN_USES[language].test(name));
    return names.length === 0 ? [] : [{ message: `The library uses ${listed([...new Set(names)])}.` }];
  },
};

export const PE_SYMBOL_RULES: readonly Rule<PeRuleInput>[] = [entry, exported, notable];
