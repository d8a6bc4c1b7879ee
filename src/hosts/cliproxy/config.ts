import { type Fields, isFields } from '../json-fields.js';
import { yamlText } from './yaml-text.js';

/**
 * The configuration as the host hands it to a plugin: the plugin's part of the host's file, in the
 * order of its keys, with `enabled` and `priority` at the end where they are missing.
 */
export function configYaml(config: unknown): Uint8Array {
  // A plugin that runs is enabled: the host loads no others.
  if (config === undefined || config === null) return configYaml({});
  if (!isFields(config)) return Buffer.from(yamlText(config), 'utf8');
  const whole: Record<string, unknown> = { ...(config as Fields) };
  if (!Object.hasOwn(whole, 'enabled')) whole.enabled = true;
  if (!Object.hasOwn(whole, 'priority')) whole.priority = 0;
  return Buffer.from(yamlText(whole), 'utf8');
}
