import chalk from 'chalk';
import type { ChangeResult, InstallResult } from '../model/installed.js';
import type { Plan } from '../model/plan.js';

/** What an install came to, for people. */
export function renderInstall(result: InstallResult): string {
  const { outcome, plugin, file, plan } = result;
  const name = `${chalk.bold(plugin.id)} ${plugin.version}`;
  const lines = result.findings
    .filter((one) => one.severity === 'warn')
    .map((one) => `${chalk.yellow('!')} ${one.id}  ${one.message}`);
  switch (outcome) {
    case 'planned':
      return [...lines, ...planLines(plan)].join('\n');
    case 'unchanged':
      return [...lines, `${chalk.dim('-')} ${name} is installed already, byte for byte.`, `  ${file}`].join('\n');
    default: {
      const before = plugin.previous[0]?.version;
      const replaced = outcome === 'updated' && before !== undefined ? ` (was ${before})` : '';
      return [...lines, `${chalk.green('✓')} Installed ${name}${replaced}`, `  ${file}`, chalk.dim(facts(result))].join(
        '\n',
      );
    }
  }
}

/** What an uninstall came to, for people. */
export function renderUninstall({ before, file }: ChangeResult): string {
  return `${chalk.green('✓')} Removed ${chalk.bold(before.id)} ${before.version}\n  ${file}`;
}

/** What a rollback came to, for people. */
export function renderRollback({ before, after, file }: ChangeResult): string {
  return `${chalk.green('✓')} ${chalk.bold(before.id)} is ${after?.version} again (was ${before.version})\n  ${file}`;
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
      if (step.kind !== 'place') return `  ${step.kind}`;
      return `  place ${step.path}${step.replaces === undefined ? '' : ` (replaces ${step.replaces})`}`;
    }),
  ];
}
