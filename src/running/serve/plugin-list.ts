import path from 'node:path';
import { fieldsOf } from '../../hosts/json-fields.js';
import { listOf, textOf } from '../../pipeline/cliproxy/values.js';
import { escapeHtmlText } from './escape-json.js';
import type { RouteTable } from './route-table.js';
import type { KnownPlugin } from './served-plugin.js';

/** The answer to `GET /v0/management/plugins`, every text escaped for HTML as the host does it. */
export function pluginList(plugins: readonly KnownPlugin[], table: RouteTable): unknown {
  const sorted = [...plugins].sort((one, other) => (one.id < other.id ? -1 : 1));
  const [first] = plugins;
  return {
    plugins_enabled: true,
    plugins_dir: escapeHtmlText(first === undefined ? 'plugins' : path.dirname(first.path)),
    plugins: sorted.map((plugin) => entry(plugin, table)),
  };
}

function entry({ id, path: file, enabled, registered }: KnownPlugin, table: RouteTable): unknown {
  const metadata = fieldsOf(registered?.metadata);
  const text = (key: string) => escapeHtmlText(textOf(metadata[key]));
  const fields = listOf(metadata.ConfigFields).map(configField);
  const menus = table.resources
    .filter((page) => page.plugin === id && page.menu !== '')
    .sort((one, other) => (one.launch < other.launch ? -1 : 1))
    .map(({ launch, menu, description }) => ({
      path: escapeHtmlText(launch),
      menu: escapeHtmlText(menu),
      description: escapeHtmlText(description),
    }));
  return {
    id: escapeHtmlText(id),
    path: escapeHtmlText(file),
    configured: true,
    registered: registered !== undefined,
    enabled,
    effective_enabled: registered !== undefined,
    supports_oauth: registered?.capabilities.auth_provider === true,
    logo: text('Logo'),
    config_fields: fields,
    menus,
    metadata:
      registered === undefined
        ? null
        : {
            name: text('Name'),
            version: text('Version'),
            author: text('Author'),
            github_repository: text('GitHubRepository'),
            logo: text('Logo'),
            config_fields: fields,
          },
  };
}

function configField(value: unknown): unknown {
  const field = fieldsOf(value);
  return {
    name: escapeHtmlText(textOf(field.Name)),
    type: escapeHtmlText(textOf(field.Type)),
    enum_values: listOf(field.EnumValues).map((one) => escapeHtmlText(textOf(one))),
    description: escapeHtmlText(textOf(field.Description)),
  };
}
