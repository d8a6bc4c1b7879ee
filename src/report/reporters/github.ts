import type { Finding } from '../../model/finding.js';
import { printable } from '../../support/printable.js';
import { FAILING, type Reporter } from './reporter.js';

/** Workflow commands that GitHub shows as annotations beside the code. */
export const githubReporter: Reporter = {
  end: (report) => {
    const lines = report.results.flatMap((result) => {
      const level = FAILING.has(result.verdict) ? 'error' : result.verdict === 'warn' ? 'warning' : undefined;
      if (level === undefined) return [];
      return result.findings.map((finding) => annotation(level, result.id, finding, result.line));
    });
    if (report.reason !== undefined) lines.push(`::error title=cpex test::${data(report.reason)}`);
    return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
  },
};

/** One workflow command: an error, a warning or a notice beside a line of a file. */
export function annotation(level: string, id: string, finding: Finding, line: number | undefined): string {
  const parts = [`title=${property(id)}`];
  if (finding.file !== undefined) parts.push(`file=${property(finding.file)}`);
  if (finding.file !== undefined && line !== undefined) parts.push(`line=${line}`);
  const text = [finding.message, ...(finding.evidence ?? []), finding.remedy].filter(Boolean).join('\n');
  return `::${level} ${parts.join(',')}::${data(text)}`;
}

function data(text: string): string {
  return text
    .replaceAll('\t', '  ')
    .split('\n')
    .map(printable)
    .join('\n')
    .replaceAll('%', '%25')
    .replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
