import type { Finding } from '../../model/finding.js';
import type { RawConfig, RawSettings } from './raw-config.js';
import type { PipelineSettings } from './types.js';

/** Seconds that CPEX gives a call of a plugin. */
const USUAL_TIMEOUT = 30;

/** Settings that are taken and do nothing, here as in CPEX. */
const IDLE = ['parallel_execution_within_band', 'fail_on_plugin_error'] as const satisfies (keyof RawSettings)[];

/** `plugin_settings`, complete, and what there is to say about keys that do nothing. */
export function settingsOf(
  raw: RawConfig,
  file: string,
): { readonly settings: PipelineSettings; readonly findings: readonly Finding[] } {
  const { plugin_settings = {}, plugin_dirs, authentication, routes } = raw;
  const findings: Finding[] = [];
  const idle = (key: string, why: string, severity: Finding['severity'] = 'warn') =>
    findings.push({ id: 'pipeline.idle', severity, message: `The key ${key} does nothing: ${why}.`, file });
  for (const key of IDLE) {
    if (plugin_settings[key] !== undefined) idle(`plugin_settings.${key}`, 'CPEX reads it and passes over it');
  }
  if (plugin_dirs !== undefined) idle('plugin_dirs', 'every plugin names its library under kind');
  if (authentication !== undefined) idle('authentication', 'the extensions of a request say who acts');
  if (plugin_settings.route_cache_max_entries !== undefined) {
    idle('plugin_settings.route_cache_max_entries', 'routes are worked out for each request', 'info');
  }
  const routingEnabled = plugin_settings.routing_enabled ?? false;
  if (!routingEnabled) {
    const unused = (['routes', 'global', 'groups'] as const).filter((key) => raw[key] !== undefined);
    for (const key of unused) idle(key, 'plugin_settings.routing_enabled is not true');
  } else if (routes === undefined && raw.global === undefined && raw.groups === undefined) {
    findings.push({
      id: 'pipeline.routing',
      severity: 'warn',
      message: 'Routing is on, and there is no route: a request with meta reaches no plugin.',
      file,
    });
  }
  return {
    settings: {
      routingEnabled,
      timeoutMs: Math.round((plugin_settings.plugin_timeout ?? USUAL_TIMEOUT) * 1000),
      shortCircuitOnDeny: plugin_settings.short_circuit_on_deny ?? true,
      codec: plugin_settings.codec ?? 'json',
    },
    findings,
  };
}
