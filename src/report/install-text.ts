import chalk from 'chalk';
import type { ChangeResult, HostConfigResult, InstallResult } from '../model/installed.js';
import type { Plan } from '../model/plan.js';
import { printable } from '../support/printable.js';

/** What an install came to, for people. */
export function renderInstall(result: InstallResult): string {
  const { outcome, plugin, file, plan } = result;
  const name = `${chalk.bold(plugin.id)} ${plugin.version}`;
  const lines = result.findings
    .filter((one) => one.severity === 'warn')
    .map((one) => `${chalk.yellow('!')} ${one.id}  ${one.message}`);
  lines.push(...result.notes.map((note) => `${chalk.yellow('!')} ${printable(note)}`));
  switch (outcome) {
    case 'planned':
      lines.push(...planLines(plan));
      break;
    case 'unchanged':
      lines.push(`${chalk.dim('-')} ${name} is installed already, byte for byte.`, `  ${file}`);
      break;
    default: {
      const before = plugin.previous[0]?.version;
      const replaced = outcome === 'updated' && before !== undefined ? ` (was ${before})` : '';
      lines.push(`${chalk.green('✓')} Installed ${name}${replaced}`, `  ${file}`, chalk.dim(facts(result)));
    }
  }
  return [...lines, ...configLines(result.hostConfig)].join('\n');
}

/** What the host's configuration says by now, or is to say. */
function configLines(config: HostConfigResult | undefined): string[] {
  if (config === undefined) return [];
  const { action, file = '', backup, entry, hint = 'The host takes it with this in its configuration' } = config;
  const indented = entry
    .trimEnd()
    .split('\n')
    .map((line) => `    ${line}`);
  switch (action) {
    case 'shown':
      return [`  ${hint}`, ...indented];
    case 'planned':
      return [`  ${file} would get`, ...indented];
    case 'unchanged':
      return [`  ${file} says so already.`];
    case 'written':
      return backup === undefined
        ? [`  ${file} was begun with its entry`, ...indented]
        : [`  ${file} has its entry; what it was before is in ${backup}`];
  }
}

/** What an uninstall came to, for people. */
export function renderUninstall({ before, file, notes }: ChangeResult): string {
  return [`${chalk.green('✓')} Removed ${chalk.bold(before.id)} ${before.version}`, `  ${file}`, ...hints(notes)].join(
    '\n',
  );
}

/** What a rollback came to, for people. */
export function renderRollback({ before, after, file, notes }: ChangeResult): string {
  const first = `${chalk.green('✓')} ${chalk.bold(before.id)} is ${after?.version} again (was ${before.version})`;
  return [first, `  ${file}`, ...hints(notes)].join('\n');
}

function hints(notes: readonly string[]): string[] {
  return notes.map((note) => `  ${chalk.dim(note)}`);
}

function facts({ plugin }: InstallResult): string {
  const kept = plugin.previous.length === 0 ? '' : ` · cpex rollback ${plugin.id} goes back`;
  return `  ${plugin.target} · ${plugin.size} bytes · sha256 ${plugin.sha256.slice(0, 12)}${kept}`;
}

function planLines(plan: Plan): string[] {
  return [
    `${plan.title}: all checks passed, nothing was changed.`,
    ...plan.steps.map((step) => {
      if (step.kind === 'note') return `  ${step.text}`;
      if (step.kind === 'remove') return `  remove ${step.path}`;
      if (step.kind !== 'place') return `  ${step.kind}`;
      return `  place ${step.path}${step.replaces === undefined ? '' : ` (replaces ${step.replaces})`}`;
    }),
  ];
}
