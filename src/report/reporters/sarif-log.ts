import path from 'node:path';
import type { CheckDescription, Finding, Severity } from '../../model/finding.js';

/** SARIF's words for how much a result weighs. */
const LEVELS: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
  fail: 'error',
  warn: 'warning',
  info: 'note',
};

/** One result: a finding, and where it was made. */
export interface SarifFinding {
  readonly finding: Finding;
  readonly line?: number | undefined;
  /** Instead of the finding's own severity. */
  readonly severity?: Severity;
}

/** A file that was looked at. */
export interface SarifArtifact {
  readonly file: string;
  /** Bytes. */
  readonly size: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

/** What goes into a log. */
export interface SarifRun {
  /** Version of cpex; left out when absent. */
  readonly version?: string;
  /** What is known about the checks; those that are missing are described by what they found. */
  readonly descriptions: readonly CheckDescription[];
  readonly findings: readonly SarifFinding[];
  readonly artifacts: readonly SarifArtifact[];
  /** Whether the run came to its end; `problem` says what kept it from a judgement. */
  readonly problem?: string;
}

/**
 * A log of SARIF 2.1.0 with one run, as code scanning reads it. The same findings give the same
 * text; files are named relative to `cwd`.
 */
export function sarifLog(run: SarifRun, cwd: string): string {
  const ids = [...new Set(run.findings.map(({ finding }) => finding.id))];
  const artifacts = run.artifacts.map((one) => one.file);
  const driver = {
    name: 'cpex',
    ...(run.version === undefined ? {} : { version: run.version, semanticVersion: run.version }),
    rules: ids.map((id) => ruleOf(id, run)),
  };
  const notification =
    run.problem === undefined
      ? {}
      : { toolExecutionNotifications: [{ level: 'error', message: { text: run.problem } }] };
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver },
        invocations: [{ executionSuccessful: run.problem === undefined, ...notification }],
        artifacts: run.artifacts.map(({ file, size, sha256 }) => ({
          location: { uri: uriOf(file, cwd) },
          length: size,
          hashes: { 'sha-256': sha256 },
        })),
        results: run.findings.map((one) => resultOf(one, ids, artifacts, cwd)),
        columnKind: 'utf16CodeUnits',
      },
    ],
  };
  return `${JSON.stringify(log, undefined, 2)}\n`;
}

function ruleOf(id: string, { descriptions, findings }: SarifRun) {
  const known = descriptions.find((one) => one.id === id);
  const first = findings.find(({ finding }) => finding.id === id);
  const help = known?.remedy ?? first?.finding.remedy;
  const severity = known?.severity ?? (first === undefined ? 'warn' : severityOf(first));
  return {
    id,
    shortDescription: { text: known?.title ?? first?.finding.message ?? id },
    ...(known === undefined ? {} : { fullDescription: { text: known.why } }),
    ...(help === undefined ? {} : { help: { text: help } }),
    defaultConfiguration: { level: LEVELS[severity] },
  };
}

function resultOf(one: SarifFinding, ids: readonly string[], artifacts: readonly string[], cwd: string) {
  const { finding, line } = one;
  const { id, message, evidence, remedy, again, clause, file } = finding;
  const properties = { evidence, remedy, again, clause };
  const artifact = file === undefined ? -1 : artifacts.indexOf(file);
  return {
    ruleId: id,
    ruleIndex: ids.indexOf(id),
    level: LEVELS[severityOf(one)],
    message: { text: [message, ...(evidence ?? []), remedy].filter((text) => text !== undefined).join('\n') },
    ...(file === undefined
      ? {}
      : {
          locations: [
            {
              physicalLocation: {
                artifactLocation: { uri: uriOf(file, cwd), ...(artifact === -1 ? {} : { index: artifact }) },
                ...(line === undefined ? {} : { region: { startLine: line } }),
              },
            },
          ],
        }),
    // What is undefined is left out by JSON.
    ...(Object.values(properties).some((value) => value !== undefined) ? { properties } : {}),
  };
}

function severityOf({ finding, severity }: SarifFinding): Severity {
  return severity ?? finding.severity;
}

/** A file relative to `cwd` as a URI reference, with slashes on every system. */
function uriOf(file: string, cwd: string): string {
  const relative = path.relative(cwd, path.resolve(cwd, file));
  // On Windows a file of another drive has no relative path.
  if (path.isAbsolute(relative)) return encodeURI(`file:///${relative.split(path.sep).join('/')}`);
  return relative.split(path.sep).map(encodeURIComponent).join('/');
}
