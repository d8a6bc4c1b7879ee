import { canonicalHook } from '../../hosts/contract.js';
import { cpexContract } from '../../hosts/cpex/contract.js';
import type { RunContext } from '../../model/context.js';
import type { Finding } from '../../model/finding.js';
import type { PlacedProblem } from '../placed-file.js';
import { artefactOf } from './artefact.js';
import { toCondition } from './conditions.js';
import type { Mode } from './effects.js';
import type { ConfigOptions, RawBehaviour, RawPlugin } from './raw-config.js';
import type { PluginEntry } from './types.js';

/** What older configurations call a mode, and what it is. */
const LEGACY_MODES: Readonly<Record<string, { readonly mode: Mode; readonly onError?: 'ignore' }>> = {
  enforce: { mode: 'sequential' },
  permissive: { mode: 'transform' },
  enforce_ignore_error: { mode: 'sequential', onError: 'ignore' },
};

const USUAL_PRIORITY = 100;

/** The plugins of a configuration that the schema has passed, each with its library. Builds one after the other. */
export async function pluginEntries(
  raw: readonly RawPlugin[],
  folder: string,
  context: RunContext,
  options: ConfigOptions,
): Promise<{
  readonly plugins: readonly PluginEntry[];
  readonly problems: readonly PlacedProblem[];
  readonly findings: readonly Finding[];
}> {
  const plugins: PluginEntry[] = [];
  const problems: PlacedProblem[] = [];
  const findings: Finding[] = [];
  for (const [index, one] of raw.entries()) {
    const found = await artefactOf(one, folder, context, options);
    if ('problem' in found) problems.push({ path: ['plugins', String(index), 'kind'], message: found.problem });
    else plugins.push(toEntry(one, found));
    findings.push(...legacyFindings(one), ...aliasFindings(one));
  }
  return { plugins, problems, findings };
}

function toEntry(
  raw: RawPlugin,
  { artefact, defaults }: { readonly artefact: string; readonly defaults: Readonly<Record<string, unknown>> },
): PluginEntry {
  const hooks = (raw.hooks ?? []).map((hook) => canonicalHook(cpexContract, hook) ?? hook);
  return {
    name: raw.name,
    kind: raw.kind,
    artefact,
    hooks: [...new Set(hooks)],
    mode: 'sequential',
    priority: USUAL_PRIORITY,
    onError: 'fail',
    capabilities: new Set(),
    conditions: (raw.conditions ?? []).map(toCondition),
    tags: raw.tags ?? [],
    ...behaviourOf(raw),
    config: { ...defaults, ...raw.config },
    ...(raw.codec === undefined ? {} : { codec: raw.codec }),
  };
}

/** The part of an entry that a route may change, as far as it is given. */
export function behaviourOf(raw: RawBehaviour): Partial<PluginEntry> {
  const { mode, onError } = modeOf(raw);
  return {
    ...(mode === undefined ? {} : { mode }),
    ...(onError === undefined ? {} : { onError }),
    ...(raw.priority === undefined ? {} : { priority: raw.priority }),
    ...(raw.capabilities === undefined ? {} : { capabilities: new Set(raw.capabilities) }),
    ...(raw.timeout === undefined ? {} : { timeoutMs: Math.max(1, Math.round(raw.timeout * 1000)) }),
  };
}

function modeOf({ mode, on_error }: RawBehaviour): Partial<Pick<PluginEntry, 'mode' | 'onError'>> {
  const legacy = mode === undefined ? undefined : LEGACY_MODES[mode];
  const onError = on_error ?? legacy?.onError;
  return {
    ...(mode === undefined ? {} : { mode: legacy?.mode ?? (mode as PluginEntry['mode']) }),
    ...(onError === undefined ? {} : { onError }),
  };
}

function legacyFindings({ name, mode = '', on_error }: RawPlugin): Finding[] {
  const legacy = LEGACY_MODES[mode];
  if (legacy === undefined) return [];
  const also = legacy.onError === undefined || on_error !== undefined ? '' : ` with on_error: ${legacy.onError}`;
  return [
    {
      id: 'pipeline.legacy-mode',
      severity: 'info',
      message: `The mode ${mode} of ${name} is an older name: it is taken as ${legacy.mode}${also}.`,
    },
  ];
}

function aliasFindings({ name, hooks = [] }: RawPlugin): Finding[] {
  return hooks.flatMap((hook): Finding[] => {
    const canonical = canonicalHook(cpexContract, hook);
    if (canonical === undefined || canonical === hook) return [];
    const message = `The hook ${hook} of ${name} is an older spelling: it is taken as ${canonical}.`;
    return [{ id: 'hook.alias', severity: 'info', message }];
  });
}
