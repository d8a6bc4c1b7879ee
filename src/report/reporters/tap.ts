import type { TestResult } from '../../model/event.js';
import type { Finding } from '../../model/finding.js';
import { printable } from '../../support/printable.js';
import { FAILING, type Reporter } from './reporter.js';

/** TAP version 14. */
export const tapReporter: Reporter = {
  end: (report) => {
    const lines = ['TAP version 14', `1..${report.results.length}`];
    for (const [index, result] of report.results.entries()) {
      const failing = FAILING.has(result.verdict);
      const name = description(result);
      const skip = result.verdict === 'skip' ? ` # SKIP ${oneLine(result.reason ?? '')}` : '';
      lines.push(`${failing ? 'not ok' : 'ok'} ${index + 1} - ${name}${skip}`);
      if (!failing && result.verdict !== 'warn') continue;
      lines.push('  ---', `  verdict: ${result.verdict}`, '  findings:', ...result.findings.flatMap(entry), '  ...');
    }
    if (report.reason !== undefined) lines.push(`Bail out! ${oneLine(report.reason)}`);
    return `${lines.join('\n')}\n`;
  },
};

/** A finding as an entry of a YAML list; a JSON string is a YAML string. */
function entry({ message, clause, evidence = [], remedy }: Finding): string[] {
  return [
    `    - message: ${JSON.stringify(message)}`,
    ...(clause === undefined ? [] : [`      clause: ${clause}`]),
    ...(evidence.length === 0 ? [] : [`      evidence: ${JSON.stringify(evidence)}`]),
    ...(remedy === undefined ? [] : [`      remedy: ${JSON.stringify(remedy)}`]),
  ];
}

/** What stands after the number; a `#` would start a directive. */
function description({ id, title }: TestResult): string {
  const words = id.endsWith(title) ? id : `${id} ${title}`;
  return oneLine(words).replace(/[#\\]/g, '\\$&');
}

function oneLine(text: string): string {
  return printable(text.replace(/\s+/g, ' '));
}
