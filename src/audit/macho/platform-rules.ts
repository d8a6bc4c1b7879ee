import type { BinaryFacts } from '../../model/binary.js';
import type { MachORuleInput, Problem, Rule } from '../rules/rule.js';

/** The processors that macOS of today runs on. */
const PROCESSORS: readonly string[] = ['x64', 'arm64'];

/** The processors whose slices a host could load. */
function processorsOf(whole: BinaryFacts): readonly string[] {
  const loadable = (whole.slices ?? [whole]).filter((one) => one.macho !== undefined);
  return loadable.flatMap(({ arch }) => (arch !== undefined && PROCESSORS.includes(arch) ? [arch] : []));
}

const machine: Rule<MachORuleInput> = {
  id: 'macho.machine',
  clause: 'ABI-LOAD-004',
  severity: 'fail',
  title: 'Processor and system fit the target',
  why: "A library for another processor, or for another of Apple's systems, cannot be loaded; 32-bit libraries are not supported at all.",
  remedy: 'Build for the right target (cpex build --target …) or name the one it was built for with --target.',
  again: 'otool -hv FILE; otool -l FILE | grep -A4 -E "LC_BUILD_VERSION|LC_VERSION_MIN"',
  check: ({ whole, macho, expected }) => {
    const { target } = expected;
    const found = processorsOf(whole);
    const evidence: string[] = [];
    const fits = target === undefined || target.arch === 'universal' ? found.length > 0 : found.includes(target.arch);
    if (!fits) {
      const wanted = target === undefined || target.arch === 'universal' ? PROCESSORS.join(' or ') : target.arch;
      const names = (whole.slices ?? [whole]).map((one) => one.arch).join(', ');
      evidence.push(`processor: ${names}, expected ${wanted}`);
    }
    if (macho.platform !== undefined && macho.platform !== 'macOS') {
      evidence.push(`system: ${macho.platform}, expected macOS`);
    }
    if (target !== undefined && target.os !== 'darwin') evidence.push(`system: macOS, expected ${target.os}`);
    const wanted = target === undefined ? 'any target of cpex' : target.name;
    return evidence.length === 0 ? [] : [{ message: `${whole.description} does not fit ${wanted}.`, evidence }];
  },
};

const slices: Rule<MachORuleInput> = {
  id: 'macho.slices',
  clause: 'ABI-LOAD-004',
  severity: 'fail',
  cases: 'info for slices beyond x64 and arm64',
  title: 'A universal library holds x64 and arm64',
  why: 'A host that runs on the processor whose slice is missing refuses the library, even one that is called universal.',
  remedy:
    'Build it with cpex build --target darwin-universal, which joins the libraries of darwin-x64 and darwin-arm64.',
  again: 'otool -fv FILE',
  check: ({ whole, expected }): readonly Problem[] => {
    const found = processorsOf(whole);
    const problems: Problem[] = [];
    if (expected.target?.name === 'darwin-universal' && found.length > 0) {
      const missing = PROCESSORS.filter((one) => !found.includes(one));
      problems.push(...missing.map((one) => ({ message: `The library has no slice for ${one}.` })));
    }
    for (const { description, arch } of whole.slices ?? []) {
      if (arch !== undefined && PROCESSORS.includes(arch)) continue;
      problems.push({
        severity: 'info',
        message: `The library also holds a slice that no target of cpex uses: ${description}.`,
        remedy: 'Leave it out to make the file smaller: lipo -remove.',
      });
    }
    return problems;
  },
};

const minimumOs: Rule<MachORuleInput> = {
  id: 'macho.minimum-os',
  clause: 'ABI-LOAD-004',
  severity: 'info',
  title: 'Which macOS it needs',
  why: 'Functions that came with that macOS are missing on an older one, where loading then fails. Compilers take the version of the machine or of the SDK unless told otherwise.',
  remedy:
    'Set MACOSX_DEPLOYMENT_TARGET, or give the compiler -mmacosx-version-min=11.0 (zig: -target aarch64-macos.11.0).',
  again: 'otool -l FILE | grep -A4 -E "LC_BUILD_VERSION|LC_VERSION_MIN"',
  check: ({ macho }) =>
    macho.minimumOs === undefined
      ? [{ message: 'The library does not say which macOS it needs.' }]
      : [{ message: `The library needs ${macho.platform ?? 'macOS'} ${macho.minimumOs} or newer.` }],
};

export const MACHO_PLATFORM_RULES: readonly Rule<MachORuleInput>[] = [machine, slices, minimumOs];
