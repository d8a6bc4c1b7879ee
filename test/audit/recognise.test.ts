import { afterAll, describe, expect, it } from 'vitest';
import { FILE_FINDINGS } from '../../src/audit/file-findings.js';
import { auditFile } from '../../src/audit/report.js';
import { TARGETS } from '../../src/project/targets/table.js';
import { hasTool, Workbench } from './c-library.js';

const bench = new Workbench();
afterAll(() => bench.remove());

function peFile(machine: number, characteristics: number): Buffer {
  const bytes = Buffer.alloc(512);
  bytes.write('MZ', 0);
  bytes.writeUInt32LE(128, 60);
  bytes.write('PE\0\0', 128, 'latin1');
  bytes.writeUInt16LE(machine, 132);
  bytes.writeUInt16LE(characteristics, 150);
  return bytes;
}

function machFile(cpu: number, type: number, magic = 0xfeedfacf): Buffer {
  const bytes = Buffer.alloc(64);
  bytes.writeUInt32LE(magic, 0);
  bytes.writeUInt32LE(cpu, 4);
  bytes.writeUInt32LE(type, 12);
  return bytes;
}

function bigEndian(file: Buffer): Buffer {
  return Buffer.from(file).swap32();
}

function fatFile(): Buffer {
  const bytes = Buffer.alloc(64);
  bytes.writeUInt32BE(0xcafebabe, 0);
  bytes.writeUInt32BE(2, 4);
  return bytes;
}

/** The first bytes of a 64-bit shared library. */
const elf = Buffer.alloc(40);
elf.write('\x7fELF\x02\x01\x01', 'latin1');
elf.writeUInt16LE(3, 16);

const tar = Buffer.alloc(1024);
tar.write('ustar', 257);

/** What was said about files as a whole. */
const said = new Set<string>();

describe('files that are no ELF library', () => {
  it.each<[string, string | Buffer, RegExp]>([
    ['an empty file', '', /an empty file/],
    ['a download page', '\n<!DOCTYPE html><html><body>404</body></html>', /an HTML page/],
    ['a Git LFS pointer', 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n', /Git LFS pointer/],
    ['a script', '#!/bin/sh\nexit 0\n', /a script \(#!\/bin\/sh\)/],
    ['a linker script', '/* GNU ld script */\nGROUP ( libc.so.6 )\n', /linker script/],
    ['plain text', 'Not found', /a text file/],
    ['a zip archive', Buffer.from('PK\x03\x04rest', 'latin1'), /zip archive/],
    ['a gzip file', Buffer.from('\x1f\x8b\x08rest', 'latin1'), /gzip/],
    ['a tar archive', tar, /tar archive/],
    ['a static library', '!<arch>\nrest', /static library/],
    ['WebAssembly', Buffer.from('\0asm\x01\0\0\0', 'latin1'), /WebAssembly/],
    ['a Java class', Buffer.from('\xca\xfe\xba\xbe\0\0\0\x34'.padEnd(40, 'x'), 'latin1'), /Java/],
    ['noise', Buffer.from([0, 1, 2, 3, 0, 255, 254]), /unknown format/],
    ['a Windows program', peFile(0x8664, 2), /PE executable for windows x64/],
    ['a Mac program', machFile(0x0100000c, 2), /a 64-bit Mach-O executable for arm64/],
  ])('%s is named and refused', async (name, content, says) => {
    const report = await auditFile(bench.write(`${name.replaceAll(' ', '-')}.so`, content), { kind: 'library' });
    for (const { id } of report.findings) said.add(id);
    expect(report.findings).toMatchObject([
      { id: 'file.kind', severity: 'fail', message: expect.stringMatching(says) },
    ]);
    expect(report.sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each([
    ['a truncated Linux library', elf, 'elf.malformed', /cut off|damaged/],
    ['a truncated Windows library', peFile(0x8664, 0x2022), 'pe.malformed', /cut off|damaged/],
    ['a truncated universal file', fatFile(), 'macho.malformed', /cut off|damaged/],
    ['a Mac library of 32 bits', machFile(7, 6, 0xfeedface), 'file.target', /32-bit Mach-O shared library for x86/],
    ['a Mac library for PowerPC', bigEndian(machFile(18, 6, 0xfeedface)), 'file.target', /32-bit big-endian Mach-O/],
  ])('%s is named and refused', async (name, content, id, says) => {
    const file = bench.write(`${name.replaceAll(' ', '-')}.bin`, content);
    const report = await auditFile(file, { kind: 'library' });
    for (const one of report.findings) said.add(one.id);
    expect(report.findings).toMatchObject([{ id, severity: 'fail', message: expect.stringMatching(says) }]);
    expect(report.target).toBeUndefined();
    const wrong = await auditFile(file, { kind: 'library', target: TARGETS['linux-x64'] });
    expect(wrong.findings.map((finding) => finding.id)).toEqual([id]);
  });

  it.skipIf(!hasTool('gcc'))('names an object file (needs gcc)', async () => {
    bench.write('part.c', 'int part(void) { return 1; }');
    const file = bench.gcc(['-c', '-o', 'part.o', 'part.c'], 'part.o');
    const report = await auditFile(file, { kind: 'library' });
    expect(report.findings).toMatchObject([{ id: 'file.kind', message: expect.stringContaining('ELF object file') }]);
  });

  it('a script is as good as an executable, but for Windows', async () => {
    const file = bench.write('plugin.py', '#!/usr/bin/env python3\nprint(1)\n');
    expect((await auditFile(file, { kind: 'executable', mode: 0o100755 })).findings).toEqual([]);
    const foreign = await auditFile(file, { kind: 'executable', target: TARGETS['windows-x64'] });
    expect(foreign.findings).toMatchObject([
      { id: 'file.kind', message: expect.stringMatching(/^This is a script .*, not an executable\.$/) },
    ]);
  });

  it('an executable that nobody may execute', async () => {
    const file = bench.write('plugin.sh', '#!/bin/sh\n');
    const { findings } = await auditFile(file, { kind: 'executable', mode: 0o100640 });
    for (const { id } of findings) said.add(id);
    expect(findings).toMatchObject([
      { id: 'file.mode', severity: 'warn', message: 'Nobody may execute the file (mode 0640).' },
    ]);
  });

  it('have between them everything that is said about a file as a whole', () => {
    expect([...said].sort()).toEqual(Object.keys(FILE_FINDINGS).sort());
  });
});
