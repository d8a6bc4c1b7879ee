import type { TestReport } from '../../model/event.js';
import type { Reporter } from './reporter.js';

/** Width of a character of the badge, and the room beside a text, in pixels. */
const CHARACTER = 6.6;
const ROOM = 10;

/**
 * What a README can show of a run: one line of Markdown, or, into a file that ends with `.svg`, a picture without any
 * reference to other places.
 */
export const badgeReporter: Reporter = {
  end: (report, _cwd, file) => (file?.endsWith('.svg') ? picture(report) : `**cpex** ${badgeText(report)}\n`),
};

/** `level 5, 73 tests`; a run that failed says so instead. */
function badgeText({ ok, level, summary, reason }: TestReport): string {
  if (!ok) return `level ${level}, ${reason ?? `${summary.failed} of ${summary.failed + summary.passed} tests failed`}`;
  return `level ${level}, ${summary.passed} test${summary.passed === 1 ? '' : 's'}`;
}

function picture(report: TestReport): string {
  const [left, right] = ['cpex', badgeText(report)];
  const [first, second] = [left, right].map((text) => Math.round(text.length * CHARACTER + 2 * ROOM)) as [
    number,
    number,
  ];
  const colour = report.ok ? '#2e7d32' : '#b3261e';
  const text = (x: number, words: string) => `<text x="${x}" y="14">${words}</text>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${first + second}" height="20" role="img" aria-label="${left}: ${right}">
<title>${left}: ${right}</title>
<rect width="${first}" height="20" fill="#444"/><rect x="${first}" width="${second}" height="20" fill="${colour}"/>
<g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">${text(first / 2, left)}${text(first + second / 2, right)}</g>
</svg>
`;
}
