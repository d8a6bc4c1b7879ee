import { deflateSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { auditFile } from '../../src/audit/report.js';
import { GOOD_SOURCE, hasTool, Workbench } from './c-library.js';
import { DllBench, lacking, MINGW, sectionHeader } from './dll.js';

const bench = new Workbench();
const windows = new DllBench();
afterAll(() => {
  bench.remove();
  windows.remove();
});

const LIST = {
  packages: [
    { name: 'serde', version: '1.0.219', source: 'crates.io', dependencies: [1] },
    { name: 'itoa', version: '1.0.15' },
    { name: 'bad\u001bname', version: '1' },
    { name: 7 },
    null,
  ],
};
const packed = (value: unknown) => deflateSync(Buffer.from(JSON.stringify(value)));

/** C that puts bytes into a section as cargo-auditable does. */
function section(bytes: Buffer): string {
  return `__attribute__((used, section(".dep-v0"))) static const unsigned char list[] = {${[...bytes].join(',')}};`;
}

describe.skipIf(!hasTool('gcc'))('the crates that cargo-auditable records (needs gcc)', () => {
  const crates = async (name: string, bytes: Buffer) => {
    const report = await auditFile(bench.library(name, GOOD_SOURCE + section(bytes)), { kind: 'library' });
    expect(report.findings.filter((finding) => finding.severity !== 'info')).toEqual([]);
    return report.facts.dynamic?.toolchain.crates;
  };

  it('are read, sorted, without what can be no crate', async () => {
    expect(await crates('listed', packed(LIST))).toEqual(['itoa 1.0.15', 'serde 1.0.219']);
  });

  it('are left out where the list is damaged, a bomb, or something else', async () => {
    expect(await crates('damaged', packed(LIST).subarray(0, 20))).toBeUndefined();
    expect(await crates('bomb', deflateSync(Buffer.alloc(40 << 20, 0x20)))).toBeUndefined();
    expect(await crates('other', packed([1, 2]))).toBeUndefined();
  });

  it.skipIf(lacking(MINGW) !== undefined)(`are read from DLLs (needs ${MINGW})`, async () => {
    // This assembler does not take the name.
    const list = section(packed(LIST)).replace('.dep-v0', '.dep_v0');
    const file = windows.dll('named-otherwise', `int cpex_plugin_init(void) { return 0; } ${list}`);
    const renamed = windows.patched(file, 'listed.dll', (bytes) => {
      bytes.write('.dep-v0', sectionHeader(bytes, '.dep_v0'));
      return bytes;
    });
    const report = await auditFile(renamed, { kind: 'library' });
    expect(report.facts.pe?.toolchain.crates).toEqual(['itoa 1.0.15', 'serde 1.0.219']);
  });
});
