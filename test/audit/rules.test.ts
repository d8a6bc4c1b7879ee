import { afterAll, describe, expect, it } from 'vitest';
import { auditFile } from '../../src/audit/report.js';
import type { AuditExpectation } from '../../src/audit/rules/rule.js';
import { TARGETS } from '../../src/project/targets/table.js';
import { makers, visible } from './broken-library.js';
import { ENTRY, hasTool, RULE_IDS, sectionOf, Workbench } from './c-library.js';
import { hygieneCases } from './cases-hygiene.js';
import { loadingCases } from './cases-loading.js';
import { program, programCases } from './program-cases.js';
import { testRules } from './rule-cases.js';

const bench = new Workbench();
afterAll(() => bench.remove());

const { good, source } = makers(bench);
const cases = [...loadingCases(bench), ...programCases(bench), ...hygieneCases(bench)];
const base: AuditExpectation = { kind: 'library', entry: ENTRY, target: TARGETS['linux-x64'], language: 'c' };

describe.skipIf(!hasTool('gcc'))('rules (needs gcc)', () => {
  testRules(RULE_IDS, cases, base);

  it('says nothing but what it needs about a good library', async () => {
    const report = await auditFile(good('good'), base);
    expect(report.findings.map((finding) => [finding.id, finding.severity])).toEqual([['elf.glibc-floor', 'info']]);
    expect(report).toMatchObject({ target: 'linux-x64', language: 'c', facts: { format: 'elf', role: 'library' } });
  });

  it('says nothing but what it needs about a good executable, whatever else it exports', async () => {
    const report = await auditFile(program(bench, 'good-program', '-rdynamic'), { ...base, kind: 'executable' });
    expect(report.findings.map((finding) => [finding.id, finding.severity])).toEqual([['elf.glibc-floor', 'info']]);
    expect(report.findings[0]?.message).toMatch(/^The executable needs glibc /);
    expect(report).toMatchObject({ target: 'linux-x64', facts: { format: 'elf', role: 'executable' } });
  });

  it('accepts a run path beside the library', async () => {
    const report = await auditFile(good('origin', `-Wl,-rpath,$ORIGIN:$ORIGIN/lib:$${'{ORIGIN}'}/a/../b`), base);
    expect(report.findings.filter((finding) => finding.id === 'elf.run-path')).toEqual([]);
    expect(report.facts.dynamic?.runPaths).toHaveLength(3);
  });

  it('judges glibc by the weak flag of the version entry, not of the symbol', async () => {
    const provider = bench.provider('libc.so.6', { 'GLIBC_2.9': 'firm_call', 'GLIBC_2.60': 'newer_call' });
    const text = `extern int firm_call(void);
      extern int newer_call(void) __attribute__((weak));
      ${visible} int use(void) { return newer_call ? newer_call() : firm_call(); }`;
    const strong = source('weak-symbol', text, provider);
    const report = await auditFile(strong, { ...base, glibcFloor: '2.40' });
    expect(report.facts.dynamic?.imports.find((one) => one.name === 'newer_call')).toMatchObject({ weak: true });
    expect(report.glibc).toBe('2.60');
    expect(report.findings.map((finding) => finding.id)).toContain('elf.glibc-floor');
    const { offset, size } = sectionOf(bench, strong, '.gnu.version_r');
    const soft = bench.patched(strong, 'weak-entry.so', (bytes) => {
      for (let at = offset; at < offset + size; at += 16) {
        const isNeed = bytes.readUInt16LE(at) === 1 && bytes.readUInt32LE(at + 8) === 16;
        if (!isNeed) bytes.writeUInt16LE(2, at + 4);
      }
    });
    const softReport = await auditFile(soft, { ...base, glibcFloor: '2.40' });
    expect(softReport.facts.dynamic?.versionNeeds.every((need) => need.weak)).toBe(true);
    expect(softReport.glibc).toBeUndefined();
  });

  it('escapes what a name would do to a terminal', async () => {
    const plain = source('plain-name', `${visible} int paint_the_terminal(void) { return 1; }`);
    const file = bench.patched(
      plain,
      'painted.so',
      (bytes) => void bytes.write('\x1b[31m', bytes.indexOf('paint_the_terminal')),
    );
    const report = await auditFile(file, base);
    const evidence = report.findings.find((finding) => finding.id === 'elf.exports')?.evidence;
    expect(evidence).toEqual(['exported: \\u{1b}[31m_the_terminal']);
  });
});
