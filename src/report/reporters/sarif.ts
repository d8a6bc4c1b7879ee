import { shellWord } from '../../support/shell-word.js';
import { FAILING, type Reporter } from './reporter.js';
import { sarifLog } from './sarif-log.js';

/** What failed or is worth mending, for code scanning; passed and skipped tests have no place in SARIF. */
export const sarifReporter: Reporter = {
  end: (report, cwd) => {
    const loud = report.results.filter((result) => FAILING.has(result.verdict) || result.verdict === 'warn');
    const findings = loud.flatMap((result) => {
      const severity = result.verdict === 'warn' ? ('warn' as const) : ('fail' as const);
      const line = result.line;
      if (result.findings.length > 0) {
        return result.findings.map((finding) => ({
          finding: { ...finding, ...fileOf(finding, result) },
          line,
          severity,
        }));
      }
      const message = `${result.title}: ${result.reason ?? result.verdict}`;
      return [{ finding: { id: result.id, severity, message, ...fileOf({}, result) }, line, severity }];
    });
    const descriptions = loud.flatMap((result) =>
      result.findings.map(({ id, severity, message, remedy }) => ({
        id,
        severity,
        title: id === result.id ? result.title : message,
        why: message,
        remedy: remedy ?? `cpex test --only ${shellWord(result.id)} shows it again.`,
      })),
    );
    const problem = report.reason === undefined ? {} : { problem: report.reason };
    return sarifLog({ descriptions, findings, artifacts: [], ...problem }, cwd);
  },
};

function fileOf(finding: { readonly file?: string }, result: { readonly file?: string }): { file?: string } {
  const file = finding.file ?? result.file;
  return file === undefined ? {} : { file };
}
