import chalk from 'chalk';
import type { PackagedFile, PackageResult } from '../model/package.js';
import { shortPath } from './short-path.js';

/** The files of a release, for people. Paths are shown relative to `cwd`. */
export function renderPackage(result: PackageResult, cwd: string): string {
  const { outcome, id, version, files, folder, skipped, notes, findings, plan } = result;
  const lines = findings
    .filter((one) => one.severity === 'warn')
    .map((one) => `${chalk.yellow('!')} ${one.id}  ${one.message}`);
  lines.push(...notes.map((note) => `${chalk.yellow('!')} ${note}`));
  lines.push(...skipped.map(({ target, reason }) => chalk.dim(`- ${target}: ${reason}`)));
  lines.push(headline(outcome, `${chalk.bold(id)} ${version}`, shortPath(folder, cwd)));
  const width = Math.max(...files.map((one) => one.name.length));
  lines.push(...files.map((one) => fileLine(one, width, outcome)));
  for (const step of plan.steps) {
    if (step.kind === 'remove')
      lines.push(`  ${outcome === 'planned' ? 'remove ' : 'removed '}${shortPath(step.path, cwd)}`);
  }
  return lines.join('\n');
}

function headline(outcome: PackageResult['outcome'], name: string, folder: string): string {
  switch (outcome) {
    case 'planned':
      return `${name}: all checks passed, nothing was written to ${folder}.`;
    case 'unchanged':
      return `${chalk.dim('-')} ${name} is packaged already, byte for byte, in ${folder}`;
    case 'packaged':
      return `${chalk.green('✓')} Packaged ${name} in ${folder}`;
  }
}

function fileLine({ name, size, sha256, action }: PackagedFile, width: number, outcome: string): string {
  const facts = `${String(size).padStart(9)} bytes  sha256 ${sha256.slice(0, 12)}`;
  const planned = outcome === 'planned' ? `  ${action}` : '';
  return `  ${name.padEnd(width)}  ${chalk.dim(facts)}${planned}`;
}
