import { afterAll, describe, expect, it } from 'vitest';
import { auditFile } from '../../src/audit/report.js';
import { ENTRY, hasTool, Workbench } from './c-library.js';
import { makeElf } from './make-elf.js';

const bench = new Workbench();
afterAll(() => bench.remove());

const MACHINES = [
  { bits: 64, littleEndian: true, machine: 183, arch: 'arm64' },
  { bits: 64, littleEndian: false, machine: 22, arch: 's390x' },
  { bits: 32, littleEndian: true, machine: 40, arch: 'Arm (32-bit)' },
  { bits: 32, littleEndian: false, machine: 8, arch: 'MIPS' },
] as const;

describe.each(MACHINES)('$bits bits, little-endian: $littleEndian ($arch)', ({ bits, littleEndian, machine, arch }) => {
  const file = bench.write(`${arch.replace(/\W/g, '-')}.so`, makeElf(bits, littleEndian, machine));

  it('is read', async () => {
    const { facts } = await auditFile(file, { kind: 'library' });
    expect(facts).toMatchObject({ format: 'elf', role: 'library', os: 'linux', arch, bits, littleEndian });
    expect(facts.dynamic).toMatchObject({
      exports: [{ name: ENTRY, kind: 'function', weak: false, executable: true }],
      imports: [{ name: 'imported', weak: false }],
      needed: ['libneeded.so.1'],
      ownName: 'libown.so',
      runPaths: [{ kind: 'RUNPATH', folder: '$ORIGIN/lib' }],
      stack: 'plain',
      bindNow: true,
      neverUnloaded: true,
      segments: [{ alignment: 0x10000, fileSize: 0x400, executable: true, writable: false }],
    });
  });

  it('is a target only where cpex has one', async () => {
    const report = await auditFile(file, { kind: 'library', entry: ENTRY });
    const faults = report.findings.filter((finding) => finding.severity === 'fail').map((finding) => finding.id);
    expect(report.target).toBe(machine === 183 ? 'linux-arm64' : undefined);
    expect(faults).toEqual(bits === 64 && littleEndian ? [] : ['elf.machine']);
  });

  it.skipIf(!hasTool('readelf'))('is what readelf takes it for (needs readelf)', () => {
    const text = bench.run('readelf', ['-hdW', file]);
    expect(text).toContain(littleEndian ? 'little endian' : 'big endian');
    for (const word of [`ELF${bits}`, 'libneeded.so.1', 'libown.so', 'BIND_NOW', 'NODELETE'])
      expect(text).toContain(word);
  });
});
