import { execFileSync } from 'node:child_process';
import { afterAll, describe, expect, it } from 'vitest';
import { PE_RULES } from '../../src/audit/pe/rules.js';
import { auditFile } from '../../src/audit/report.js';
import type { AuditExpectation } from '../../src/audit/rules/rule.js';
import { TARGETS } from '../../src/project/targets/table.js';
import { ENTRY, hasTool } from './c-library.js';
import { BARE_DLL, DLL_FLAGS, DllBench, GOOD_DLL, lacking, MINGW } from './dll.js';
import { dllHygieneCases } from './pe-cases-hygiene.js';
import { dllLoadingCases } from './pe-cases-loading.js';
import { peProgramCases } from './program-cases.js';
import { testRules } from './rule-cases.js';

const bench = new DllBench();
afterAll(() => bench.remove());

const cases = [...dllLoadingCases(bench), ...peProgramCases(bench), ...dllHygieneCases(bench)];
const base: AuditExpectation = { kind: 'library', entry: ENTRY, target: TARGETS['windows-x64'], language: 'c' };
const missing = lacking(MINGW, 'clang', 'lld-link');

describe.skipIf(missing !== undefined)(`rules for DLLs${missing === undefined ? '' : ` (${missing})`}`, () => {
  testRules(
    PE_RULES.map((rule) => rule.id),
    cases,
    base,
  );

  it('says nothing but what is missing on purpose about a good DLL', async () => {
    const report = await auditFile(bench.good('good'), base);
    expect(report.findings.map((finding) => [finding.id, finding.severity])).toEqual([
      ['pe.cfg', 'info'],
      ['pe.signature', 'info'],
    ]);
    expect(report).toMatchObject({ target: 'windows-x64', language: 'c', facts: { format: 'pe', role: 'library' } });
  });

  it('tells a program and nothing about its inside', async () => {
    const file = cases[0]?.make('program') ?? '';
    expect((await auditFile(file, base)).findings.map((finding) => finding.id)).toEqual(['pe.type']);
  });

  it('finds the entry where a linker exports everything', async () => {
    const file = bench.dll('unmarked', GOOD_DLL.replace('__declspec(dllexport)', ''), DLL_FLAGS);
    const report = await auditFile(file, base);
    expect(report.findings.filter((finding) => finding.severity !== 'info')).toEqual([]);
  });

  it('is silent about a bare name of the debug database and about a hash in place of the time', async () => {
    const file = bench.lld('quiet', BARE_DLL, ['/debug', '/pdbaltpath:%_PDB%']);
    const report = await auditFile(file, base);
    expect(report.facts.pe).toMatchObject({ pdb: 'quiet.pdb', reproducible: true });
    expect(report.findings.map((finding) => finding.id)).not.toContain('pe.pdb');
    expect(report.findings.map((finding) => finding.id)).not.toContain('pe.timestamp');
  });

  it.skipIf(!hasTool('osslsigncode') || !hasTool('openssl', ['version']))(
    'sees a signature, and no overlay in it (needs osslsigncode and openssl)',
    async () => {
      const file = bench.good('to-sign');
      const key = ['-newkey', 'rsa:2048', '-nodes', '-keyout', 'key.pem', '-out', 'cert.pem'];
      const words = ['req', '-x509', '-subj', '/CN=cpex test', '-days', '2', ...key];
      execFileSync('openssl', words, { cwd: bench.folder, stdio: 'ignore' });
      const sign = ['sign', '-certs', 'cert.pem', '-key', 'key.pem', '-in', file, '-out', 'signed.dll'];
      execFileSync('osslsigncode', sign, { cwd: bench.folder, stdio: 'ignore' });
      const report = await auditFile(bench.path('signed.dll'), base);
      expect(report.facts.pe).toMatchObject({ signed: true, overlayBytes: 0 });
      expect(report.findings.map((finding) => finding.id)).toEqual(['pe.cfg']);
      const hidden = bench.patched(bench.path('signed.dll'), 'hidden.dll', (bytes) =>
        Buffer.concat([bytes, Buffer.alloc(64, 1)]),
      );
      expect((await auditFile(hidden, base)).facts.pe?.overlayBytes).toBe(64);
    },
  );
});
