import path from 'node:path';
import { EVENT_VERSION } from '../../model/event.js';
import type { CheckDescription, Finding, Severity } from '../../model/finding.js';
import { stringifyExact } from '../../support/exact-json.js';
import { type CheckView, renderAudits } from '../audit-text.js';
import { annotation } from './github.js';
import type { Reporter } from './reporter.js';
import { sarifLog } from './sarif-log.js';

/** What `cpex check` came to, and what is known of its findings. */
export interface CheckReport extends CheckView {
  readonly ok: boolean;
  readonly descriptions: readonly CheckDescription[];
  /** Version of cpex. */
  readonly version: string;
}

const pretty: Reporter<CheckReport> = { end: (report, cwd) => `${renderAudits(report, cwd)}\n` };

const json: Reporter<CheckReport> = {
  end: ({ reports, project, ok }) => `${stringifyExact({ v: EVENT_VERSION, ok, reports, project })}\n`,
};

const LEVELS: Readonly<Record<Severity, string>> = { fail: 'error', warn: 'warning', info: 'notice' };

/** Annotations; GitHub shows those whose file is part of the repository beside it. */
const github: Reporter<CheckReport> = {
  end: (report, cwd) => {
    const lines = findingsOf(report).map((finding) => {
      const file = finding.file === undefined ? {} : { file: relative(finding.file, cwd) };
      return annotation(LEVELS[finding.severity], finding.id, { ...finding, ...file }, undefined);
    });
    return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
  },
};

const sarif: Reporter<CheckReport> = {
  end: (report, cwd) => {
    const { version, descriptions, reports } = report;
    const findings = findingsOf(report).map((finding) => ({ finding }));
    return sarifLog({ version, descriptions, findings, artifacts: reports }, cwd);
  },
};

/** The reporters of `cpex check`, by the names that `--reporter` takes. */
export const CHECK_REPORTERS: Readonly<Record<string, Reporter<CheckReport>>> = { pretty, json, github, sarif };

function findingsOf({ project, reports }: CheckReport): readonly Finding[] {
  return [...project, ...reports.flatMap((report) => report.findings)];
}

function relative(file: string, cwd: string): string {
  return path.relative(cwd, path.resolve(cwd, file)).split(path.sep).join('/');
}
