import { hostRoutes } from './host-routes.js';
import {
  type DeclaredResource,
  type DeclaredRoute,
  isPage,
  MANAGEMENT_BASE,
  resourcePlace,
  routePlace,
} from './route-rules.js';

/** What one plugin declares. */
export interface Declaration {
  readonly plugin: string;
  readonly routes: readonly DeclaredRoute[];
  readonly resources: readonly DeclaredResource[];
}

/** A route or page as it is served. */
export interface Served {
  readonly plugin: string;
  readonly method: string;
  readonly path: string;
  /** The address that a menu opens; the path, with a query where the plugin declared one. */
  readonly launch: string;
  readonly menu: string;
  readonly description: string;
}

/** All routes and pages of several plugins, each at most once. */
export interface RouteTable {
  readonly routes: readonly Served[];
  readonly resources: readonly Served[];
  /** Lines that the host's log has for what it skips. */
  readonly warnings: readonly string[];
  /** The management route for a request; exact, as the host looks it up. */
  route(method: string, path: string): Served | undefined;
  resource(path: string): Served | undefined;
  /** Whether the host serves it by itself. */
  isHosts(method: string, path: string): boolean;
}

/** Shares paths out among plugins as the host does: those of higher rank come first in `declarations`. */
export function routeTable(declarations: readonly Declaration[]): RouteTable {
  const reserved = hostRoutes(MANAGEMENT_BASE);
  const routes = new Map<string, Served>();
  const resources = new Map<string, Served>();
  const warnings: string[] = [];
  const warn = (plugin: string, text: string) => warnings.push(`pluginhost: plugin ${plugin} ${text}`);
  const addResource = (plugin: string, declared: DeclaredResource) => {
    const place = resourcePlace(plugin, declared);
    if (place === undefined) return warn(plugin, `declared invalid resource route ${declared.path}`);
    const key = `GET ${place.path}`;
    if (resources.has(key)) {
      return warn(plugin, `resource route ${key} conflicts with a higher-priority plugin and was skipped`);
    }
    resources.set(key, { ...served(plugin, declared), method: 'GET', ...place });
  };
  const addRoute = (plugin: string, declared: DeclaredRoute) => {
    const place = routePlace(declared);
    if (place === undefined) {
      return warn(plugin, `declared invalid management route ${declared.method} ${declared.path}`);
    }
    if (isPage(place, declared)) return addResource(plugin, declared);
    const key = `${place.method} ${place.path}`;
    if (reserved.has(key)) {
      return warn(plugin, `management route ${key} conflicts with an existing route and was skipped`);
    }
    if (routes.has(key)) {
      return warn(plugin, `management route ${key} conflicts with a higher-priority plugin and was skipped`);
    }
    routes.set(key, { ...served(plugin, declared), ...place, launch: place.path });
  };
  for (const one of declarations) {
    for (const route of one.routes) addRoute(one.plugin, route);
    for (const resource of one.resources) addResource(one.plugin, resource);
  }
  return {
    routes: [...routes.values()],
    resources: [...resources.values()],
    warnings,
    route: (method, path) => routes.get(`${method.toUpperCase()} ${path}`),
    resource: (path) => resources.get(`GET ${path}`),
    isHosts: (method, path) => reserved.has(`${method.toUpperCase()} ${path}`),
  };
}

function served(plugin: string, { menu, description }: DeclaredResource) {
  return { plugin, menu: menu.trim(), description: description.trim() };
}
