import { TARGETS } from '../../src/project/targets/table.js';
import type { RuleCase } from './broken-library.js';
import { BARE_DLL, DLL_FLAGS, type DllBench, directoryEntry, GOOD_DLL, MINGW } from './dll.js';

const exported = '__declspec(dllexport)';

/** DLLs that a host cannot load or use: platform, symbols, needed libraries. */
export function dllLoadingCases(bench: DllBench): readonly RuleCase[] {
  const source = (name: string, text: string, ...flags: string[]) =>
    bench.dll(name, `${GOOD_DLL}\n${text}`, [...DLL_FLAGS, ...flags]);
  return [
    {
      rule: 'pe.type',
      severity: 'fail',
      title: 'a program',
      make: (name) => {
        bench.write(`${name}.c`, 'int main(void) { return 0; }');
        bench.run(MINGW, ['-o', `${name}.exe`, `${name}.c`]);
        return bench.path(`${name}.exe`);
      },
      says: /executable for windows x64, not a shared library/,
    },
    {
      rule: 'pe.type',
      severity: 'fail',
      title: 'a .NET assembly',
      make: (name) =>
        bench.patched(bench.lld(`${name}-native`, 'int alone(void) { return 1; }'), `${name}.dll`, (bytes) => {
          bytes.writeUInt32LE(0x1000, directoryEntry(bytes, 14));
          bytes.writeUInt32LE(72, directoryEntry(bytes, 14) + 4);
        }),
      says: /\.NET assembly/,
    },
    {
      rule: 'pe.machine',
      severity: 'fail',
      title: 'a library for another processor',
      make: (name) => bench.good(name),
      expected: { target: TARGETS['windows-arm64'] },
      says: /processor: x64, expected arm64/,
    },
    {
      rule: 'pe.machine',
      severity: 'fail',
      title: 'a library for another system',
      make: (name) => bench.good(name),
      expected: { target: TARGETS['linux-x64'] },
      says: /system: windows, expected linux/,
    },
    {
      rule: 'pe.machine',
      severity: 'fail',
      title: 'a 32-bit library',
      make: (name) => bench.lld(name, BARE_DLL, ['/safeseh:no'], 'x86'),
      says: /PE32 \(32-bit\) shared library.*word size: 32 bits \(PE32\)/s,
    },
    {
      rule: 'pe.entry',
      severity: 'fail',
      title: 'no entry',
      make: (name) => bench.dll(name, `${exported} int cpex_plugin_inti(void) { return 0; }`),
      says: /nearest name: cpex_plugin_inti/,
    },
    {
      rule: 'pe.entry',
      severity: 'fail',
      title: 'nothing exported at all',
      make: (name) => bench.lld(name, 'int alone(void) { return 1; }'),
      says: /exports nothing/,
    },
    {
      rule: 'pe.entry',
      severity: 'fail',
      title: 'an entry that is not marked, beside one that is',
      make: (name) =>
        bench.dll(name, `int cpex_plugin_init(void) { return 0; } ${exported} int other(void) { return 1; }`, ['-O2']),
      says: /in the file, but hidden.*__declspec\(dllexport\)/s,
    },
    {
      rule: 'pe.entry',
      severity: 'fail',
      title: 'a Rust library whose list of exports was lost',
      make: (name) => bench.dll(name, `${exported} int _Unwind_Resume_or_Rethrow(void) { return 0; }`),
      expected: { language: 'rust' },
      says: /cargo:rustc-cdylib-link-arg=.*plugin\.def.*cargo-zigbuild#251/s,
    },
    {
      rule: 'pe.entry',
      severity: 'fail',
      title: 'an entry that is data',
      make: (name) => bench.dll(name, `${exported} int cpex_plugin_init = 3;`),
      says: /does not lie in executable code/,
    },
    {
      rule: 'pe.entry',
      severity: 'fail',
      title: 'an entry in another library',
      make: (name) => {
        bench.write(`${name}.def`, 'EXPORTS\n  cpex_plugin_init = elsewhere.real_init\n');
        return bench.dll(name, 'int alone(void) { return 1; }', [...DLL_FLAGS, `${name}.def`]);
      },
      says: /lies in another library.*cpex_plugin_init -> elsewhere\.real_init/s,
    },
    {
      rule: 'pe.entry',
      severity: 'fail',
      title: 'an entry of C++',
      make: (name) =>
        bench.lld(
          name,
          `${exported} int entry(void) __asm__("?cpex_plugin_init@@YAHXZ"); int entry(void) { return 0; }`,
        ),
      says: /mangled.*extern "C"/s,
    },
    {
      rule: 'pe.entry',
      severity: 'fail',
      title: 'the entry of another host',
      make: (name) => bench.dll(name, `${exported} int cliproxy_plugin_init(void) { return 0; }`),
      says: /--host cliproxy/,
    },
    {
      rule: 'pe.exports',
      severity: 'warn',
      title: 'a library in which nothing is marked',
      make: (name) => bench.dll(name, `${GOOD_DLL.replace(exported, '')} int helper_one(void) { return 1; }`),
      says: /helper_one.*__declspec\(dllexport\)/s,
    },
    {
      rule: 'pe.exports',
      severity: 'warn',
      title: 'an export with a number and no name',
      make: (name) => {
        bench.write(`${name}.def`, 'EXPORTS\n  cpex_plugin_init\n  helper_one @7 NONAME\n');
        return source(name, 'int helper_one(void) { return 1; }', `${name}.def`);
      },
      says: /a name beside its entry.*#7/s,
    },
    {
      rule: 'pe.exports',
      severity: 'info',
      title: 'more exports in a Go library',
      make: (name) => source(name, `${exported} int helper_one(void) { return 1; }`),
      expected: { language: 'go' },
      says: /helper_one/,
    },
    {
      rule: 'pe.exports',
      severity: 'warn',
      title: 'a Rust library that exports all it has',
      make: (name) =>
        source(
          name,
          Array.from({ length: 30 }, (_, n) => `${exported} int part${n}(void) { return ${n}; }`).join('\n'),
        ),
      expected: { language: 'rust' },
      says: /30 names.*cargo-zigbuild#251/s,
    },
    {
      rule: 'pe.imports',
      severity: 'info',
      title: 'starting programs',
      make: (name) => source(name, `${exported} int go(const char *text) { return system(text); }`),
      says: /uses system/,
    },
    ...(
      [
        ['odd.dll', 'warn', /needs odd\.dll, which is no part of Windows/],
        ['libgcc_s_seh-1.dll', 'fail', /belongs to the compiler.*-static-libgcc/s],
        ['libwinpthread-1.dll', 'fail', /belongs to the compiler/],
        ['libstdc++-6.dll', 'fail', /belongs to the compiler/],
        ['VCRUNTIME140D.dll', 'fail', /debug run time/],
        ['ucrtbased.dll', 'fail', /debug run time/],
        ['VCRUNTIME140_1.dll', 'info', /redistributable/],
        ['C:\\\\build\\\\odd.dll', 'fail', /a path of the machine that built it/],
      ] as const
    ).map(
      ([library, severity, says]): RuleCase => ({
        rule: 'pe.needed',
        severity,
        title: library,
        make: (name) => bench.linked(name, library),
        says,
      }),
    ),
    {
      rule: 'pe.needed',
      severity: 'warn',
      title: 'the debug run time in a debug build',
      make: (name) => bench.linked(name, 'ucrtbased.dll'),
      expected: { debug: true },
      says: /debug run time/,
    },
    {
      rule: 'pe.needed',
      severity: 'warn',
      title: 'a library that is looked for later',
      make: (name) => {
        const text = `int used_function(void); int _tls_index; void *__delayLoadHelper2(void *a, void *b) { return a ? a : b; }
          ${exported} int use(void) { return used_function(); }`;
        return bench.lld(name, BARE_DLL + text, [
          bench.importLibrary('odd.dll', 'used_function'),
          '/delayload:odd.dll',
        ]);
      },
      says: /will need, when it is first used, odd\.dll/,
    },
  ];
}
