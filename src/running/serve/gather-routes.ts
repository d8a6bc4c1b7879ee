import { fieldsOf } from '../../hosts/json-fields.js';
import type { Frame } from '../../pipeline/cliproxy/member.js';
import { listOf, textOf } from '../../pipeline/cliproxy/values.js';
import { type DeclaredRoute, MANAGEMENT_BASE, RESOURCE_BASE } from './route-rules.js';
import { type Declaration, type RouteTable, routeTable } from './route-table.js';
import type { ServedPlugin } from './served-plugin.js';

/** Asks the plugins, in their order, for their routes, and shares the paths out. */
export async function gatherRoutes(
  plugins: readonly ServedPlugin[],
  frame: Frame,
  warn: (text: string) => void,
): Promise<RouteTable> {
  const declarations: Declaration[] = [];
  for (const plugin of plugins) {
    if (plugin.capabilities.management_api !== true) continue;
    const request = {
      Plugin: plugin.metadata,
      BasePath: MANAGEMENT_BASE,
      ResourceBasePath: `${RESOURCE_BASE}/${plugin.id}`,
    };
    const answer = await plugin.call('management.register', request, frame);
    if (!answer.ok) {
      warn(`pluginhost: management registrar ${plugin.id} failed: ${answer.message}`);
      continue;
    }
    const { routes, resources } = fieldsOf(answer.result);
    declarations.push({
      plugin: plugin.id,
      routes: listOf(routes).map(declared),
      resources: listOf(resources).map(declared),
    });
  }
  const table = routeTable(declarations);
  table.warnings.forEach(warn);
  return table;
}

function declared(value: unknown): DeclaredRoute {
  const { Method, Path, Menu, Description } = fieldsOf(value);
  return { method: textOf(Method), path: textOf(Path), menu: textOf(Menu), description: textOf(Description) };
}
