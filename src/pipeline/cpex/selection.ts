import type { Finding } from '../../model/finding.js';
import { conditionMismatch } from './conditions.js';
import { behaviourOf } from './entry.js';
import type { RawConfig, RawGroup, RawUse } from './raw-config.js';
import { type Entity, entityOf, routedTo } from './routing.js';
import type { PipelineRequest, PipelineSettings, PluginEntry, Selected, Selection } from './types.js';

/** How a configuration chooses plugins, and what there is to say about that. */
export interface ConfiguredSelection {
  readonly select: Selection;
  /** Plugins that a route gives a configuration of its own: each needs a process beside the plain one. */
  readonly variants: readonly PluginEntry[];
  readonly findings: readonly Finding[];
}

/** The selection of a configuration that was found good: by routes where they are on, else by conditions. */
export function selectionOf(
  raw: RawConfig,
  plugins: readonly PluginEntry[],
  { routingEnabled }: PipelineSettings,
): ConfiguredSelection {
  if (!routingEnabled) {
    return { select: (hook, request) => choose(plugins, hook, byCondition(request)), variants: [], findings: [] };
  }
  const variants = variantsOf(raw, plugins);
  return {
    select: (hook, request) => {
      const entity = entityOf(request);
      return choose(plugins, hook, entity === undefined ? (plugin) => plugin : byRoute(raw, entity, variants));
    },
    variants: [...variants.values()],
    findings: routingFindings(raw, plugins),
  };
}

/** The entry that a request is for, changed where a route changes it, or why there is none. */
type Choice = (plugin: PluginEntry) => PluginEntry | string;

function choose(plugins: readonly PluginEntry[], hook: string, choice: Choice): Selected {
  const chosen: PluginEntry[] = [];
  const skipped: { plugin: PluginEntry; reason: string }[] = [];
  for (const plugin of plugins) {
    const one = reasonOf(plugin, hook) ?? choice(plugin);
    if (typeof one === 'string') skipped.push({ plugin, reason: one });
    else if (one.mode === 'disabled') skipped.push({ plugin: one, reason: 'its mode is disabled for this route' });
    else chosen.push(one);
  }
  return { plugins: chosen, skipped };
}

function reasonOf({ mode, hooks }: PluginEntry, hook: string): string | undefined {
  if (mode === 'disabled') return 'its mode is disabled';
  if (hooks.length > 0 && !hooks.includes(hook)) return `its hooks do not name ${hook}`;
  return undefined;
}

function byCondition(request: PipelineRequest): Choice {
  return (plugin) => conditionMismatch(plugin.conditions, request) ?? plugin;
}

function byRoute(raw: RawConfig, entity: Entity, variants: ReadonlyMap<RawUse, PluginEntry>): Choice {
  const { uses, route } = routedTo(raw, entity);
  const about = [entity.type, entity.name].filter((one) => one !== undefined).join(' ');
  const where = route === undefined ? `no route fits ${about}` : `the route ${route + 1} for ${about} does not name it`;
  return (plugin) => {
    const mine = uses.filter((use) => nameOf(use) === plugin.name);
    if (mine.length === 0) return `${where}, and no policy, default or group does`;
    const last = mine.findLast((use) => variants.has(use));
    const base = (last === undefined ? undefined : variants.get(last)) ?? plugin;
    const changes = mine.flatMap((use) => (typeof use === 'string' ? [] : [behaviourOf(use)]));
    return Object.assign({ ...base }, ...changes) as PluginEntry;
  };
}

/** The entries with another configuration, by what asks for them. */
function variantsOf(raw: RawConfig, plugins: readonly PluginEntry[]): ReadonlyMap<RawUse, PluginEntry> {
  const byName = new Map(plugins.map((plugin) => [plugin.name, plugin]));
  const variants = new Map<RawUse, PluginEntry>();
  for (const [place, use] of allUses(raw)) {
    const plugin = byName.get(nameOf(use));
    if (typeof use === 'string' || use.config === undefined || plugin === undefined || plugin.mode === 'disabled')
      continue;
    variants.set(use, { ...plugin, variant: place, config: { ...plugin.config, ...use.config } });
  }
  return variants;
}

function nameOf(use: RawUse): string {
  return typeof use === 'string' ? use : use.name;
}

/** Every use of a plugin with its place in the file. */
function allUses({ global, groups = {}, routes = [] }: RawConfig): [place: string, use: RawUse][] {
  const of = (place: string, group: Partial<RawGroup> | undefined): [string, RawUse][] =>
    (group?.plugins ?? []).map((use, index) => [`${place}.plugins.${index}`, use]);
  return [
    ...of('global.policies.all', global?.policies?.all),
    ...Object.entries(global?.defaults ?? {}).flatMap(([type, group]) => of(`global.defaults.${type}`, group)),
    ...Object.entries(groups).flatMap(([tag, group]) => of(`groups.${tag}`, group)),
    ...routes.flatMap((route, index) => of(`routes.${index}`, route)),
  ];
}

function routingFindings(raw: RawConfig, plugins: readonly PluginEntry[]): Finding[] {
  const say = (id: string, severity: Finding['severity'], message: string): Finding => ({ id, severity, message });
  const conditional = plugins.filter(({ conditions }) => conditions.length > 0).map(({ name }) => name);
  const used = new Set(allUses(raw).map(([, use]) => nameOf(use)));
  const unused = plugins.filter(({ name, mode }) => mode !== 'disabled' && !used.has(name)).map(({ name }) => name);
  const waiting = (raw.routes ?? []).flatMap(({ when }, index) => (when === undefined ? [] : [index + 1]));
  return [
    ...(conditional.length === 0
      ? []
      : [say('pipeline.conditions', 'warn', `Routing is on, so conditions are ignored: ${conditional.join(', ')}.`)]),
    ...(unused.length === 0
      ? []
      : [say('pipeline.unrouted', 'warn', `Routing is on, and nothing names: ${unused.join(', ')}.`)]),
    ...(waiting.length === 0
      ? []
      : [say('pipeline.when', 'warn', `"when" is not evaluated: route ${waiting.join(', ')} holds without it.`)]),
    ...(raw.global?.policies?.all === undefined
      ? []
      : [say('pipeline.policies', 'info', 'CPEX calls global.policies.all deprecated; it holds all the same.')]),
  ];
}
