import { expect, it } from 'vitest';
import { auditFile } from '../../src/audit/report.js';
import type { AuditExpectation } from '../../src/audit/rules/rule.js';
import type { RuleCase } from './broken-library.js';

/** Tests that each case makes its rule speak up, and that there is one for every rule. */
export function testRules(ruleIds: readonly string[], cases: readonly RuleCase[], base: AuditExpectation): void {
  it.each(cases.map((one, index) => ({ ...one, name: `case${index}` })))(
    '$rule speaks up: $title',
    async ({ rule, severity, make, expected, says, name }) => {
      const report = await auditFile(make(name), { ...base, ...expected });
      const found = report.findings.filter((finding) => finding.id === rule);
      const texts = found.map((finding) => [finding.message, ...(finding.evidence ?? []), finding.remedy].join('\n'));
      expect(
        found.map((finding) => finding.severity),
        JSON.stringify(report.findings),
      ).toContain(severity);
      expect(texts.join('\n')).toMatch(says);
      expect(found[0]?.again).toContain(name);
      expect(found[0]?.remedy).toBeTruthy();
    },
  );

  it('has a case for every rule', () => {
    const covered = new Set(cases.map((one) => one.rule));
    expect(ruleIds.filter((id) => !covered.has(id))).toEqual([]);
  });
}
