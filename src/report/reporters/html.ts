import path from 'node:path';
import type { TestReport, TestResult } from '../../model/event.js';
import type { Finding } from '../../model/finding.js';
import { printable } from '../../support/printable.js';
import { FAILING, type Reporter } from './reporter.js';

/** One page with everything in it: no script, no font, nothing from elsewhere. */
export const htmlReporter: Reporter = {
  end: (report) => {
    const title = `cpex test: ${report.artefacts.map((file) => path.basename(file)).join(', ')}`;
    const suites = [...new Set(report.results.map(({ suite }) => suite))];
    return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${markup(title)}</title>
<style>${STYLE}</style>
<h1>${markup(title)}</h1>
${summary(report)}
${suites.map((suite) => suiteTable(suite, report)).join('\n')}
</html>
`;
  },
};

const STYLE = `
:root{color-scheme:light dark;font:15px/1.5 system-ui,sans-serif}
body{max-width:64rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;width:100%}
td,th{text-align:left;vertical-align:top;padding:.25rem .75rem .25rem 0;border-bottom:1px solid #8884}
th{font-weight:600}
h2+table td:first-child{width:4rem}h2+table td:nth-child(2){width:12rem;overflow-wrap:anywhere}
h2+table td:last-child{width:5rem;white-space:nowrap}
.pass{color:#2e7d32}.warn{color:#a86500}.skip{color:#777}.bad{color:#c62828;font-weight:600}
pre{overflow-x:auto;background:#8882;padding:.5rem;margin:.25rem 0}
code{font-family:ui-monospace,monospace;font-size:.9em}
@media(prefers-color-scheme:dark){.pass{color:#81c784}.warn{color:#ffb74d}.bad{color:#ef9a9a}.skip{color:#aaa}}
`;

function summary({
  summary: counts,
  profile,
  level,
  seed,
  durationMs,
  ok,
  reason,
  artefacts,
  notRun = [],
  ranUnder = [],
}: TestReport) {
  const verdict = ok
    ? '<b class="pass">good</b>'
    : `<b class="bad">not good</b>${reason === undefined ? '' : `: ${markup(reason)}`}`;
  const facts: readonly (readonly [string, string])[] = [
    ['library', artefacts.map(markup).join('<br>')],
    ['host', markup(profile)],
    ['level', String(level)],
    ['seed', String(seed)],
    ['passed', `${counts.passed}${counts.warned > 0 ? `, ${counts.warned} with a warning` : ''}`],
    ['failed', String(counts.failed)],
    ['skipped', String(counts.skipped)],
    ['time', `${(durationMs / 1000).toFixed(1)} s`],
    ...notRun.map((one) => ['not run', markup(`${one.target}: ${one.reason}`)] as const),
    ...ranUnder.map((one) => ['ran under', markup(`${one.program} for ${one.target}`)] as const),
  ];
  return `<p>${verdict}</p>\n<table>${facts.map(([name, value]) => `<tr><th>${name}<td>${value}`).join('\n')}</table>`;
}

function suiteTable(suite: string, report: TestReport): string {
  const results = report.results.filter((result) => result.suite === suite);
  return `<h2>${markup(suite)}</h2>\n<table>\n${results.map(row).join('\n')}\n</table>`;
}

function row(result: TestResult): string {
  const { id, title, verdict, durationMs, findings, reason } = result;
  const style = FAILING.has(verdict) ? 'bad' : verdict;
  const about = reason === undefined ? '' : `<br><span class="skip">${markup(reason)}</span>`;
  const time = verdict === 'skip' ? '' : `${durationMs.toFixed(0)} ms`;
  return `<tr id="${markup(`${result.suite}-${id}`)}"><td class="${style}">${verdict}<td><code>${markup(id)}</code><td>${markup(title)}${about}${findings.map(details).join('')}<td>${time}`;
}

function details(finding: Finding): string {
  const { message, evidence = [], remedy, again, clause } = finding;
  const lines = evidence.length === 0 ? '' : `<pre>${evidence.map(markup).join('\n')}</pre>`;
  const more = [
    remedy === undefined ? '' : `<br>${markup(remedy)}`,
    again === undefined ? '' : `<br><code>${markup(again)}</code>`,
  ];
  return `<details open><summary>${markup(message)}${clause === undefined ? '' : ` <code>${markup(clause)}</code>`}</summary>${lines}${more.join('')}</details>`;
}

function markup(text: string): string {
  return text
    .split('\n')
    .map(printable)
    .join('\n')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
