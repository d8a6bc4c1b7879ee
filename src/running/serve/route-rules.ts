/** Where the host puts the routes of plugins that need its management key. */
export const MANAGEMENT_BASE = '/v0/management';
/** Where the host puts the pages of plugins, one folder for each. */
export const RESOURCE_BASE = '/v0/resource/plugins';
/** Where pages of plugins once were; declared paths may still say so. */
const LEGACY_BASE = '/plugins';

/** A route as a plugin declares it. */
export interface DeclaredRoute {
  readonly method: string;
  readonly path: string;
  readonly menu: string;
  readonly description: string;
}

/** A page as a plugin declares it. */
export type DeclaredResource = Omit<DeclaredRoute, 'method'>;

/** Method and path of a route as the host serves it. */
export interface RoutePlace {
  readonly method: string;
  readonly path: string;
}

/** Where a page is served, and the address that a menu opens. */
export interface ResourcePlace {
  readonly path: string;
  /** With the query that the plugin declared. */
  readonly launch: string;
}

/** What Go's strings.ContainsAny is asked for. */
const BLANK = /[ \t\r\n]/;

/** Where a management route is served; undefined for one that the host refuses. */
export function routePlace(route: DeclaredRoute): RoutePlace | undefined {
  const method = route.method.trim().toUpperCase() || 'GET';
  if (BLANK.test(method)) return undefined;
  const absolute = rooted(route.path);
  if (absolute === undefined) return undefined;
  const relative = absolute.startsWith(`${MANAGEMENT_BASE}/`) ? absolute.slice(MANAGEMENT_BASE.length) : absolute;
  const path = withoutEnd(relative);
  if (path === '') return undefined;
  const full = MANAGEMENT_BASE + path;
  return isPlain(full) ? { method, path: full } : undefined;
}

/** A GET route with a menu entry is a page: the host takes it out of the management routes. */
export function isPage(place: RoutePlace, route: DeclaredRoute): boolean {
  return place.method === 'GET' && route.menu.trim() !== '';
}

/** Where a page is served; undefined for one that the host refuses. */
export function resourcePlace(plugin: string, resource: DeclaredResource): ResourcePlace | undefined {
  const absolute = rooted(resource.path);
  if (absolute === undefined || absolute.includes('#')) return undefined;
  const mark = absolute.indexOf('?');
  const query = mark === -1 ? '' : absolute.slice(mark + 1);
  if (BLANK.test(query)) return undefined;
  const base = `${RESOURCE_BASE}/${plugin}`;
  const path = withoutEnd(below(mark === -1 ? absolute : absolute.slice(0, mark), [base, `${LEGACY_BASE}/${plugin}`]));
  if (path === '') return undefined;
  const full = base + path;
  if (!isPlain(full) || full.includes('..')) return undefined;
  return { path: full, launch: query === '' ? full : `${full}?${query}` };
}

/** Without white space around it and with a slash in front; undefined when nothing is left. */
function rooted(path: string): string | undefined {
  const trimmed = path.trim();
  if (trimmed === '') return undefined;
  return trimmed.startsWith('/') ? trimmed : `/${trimmed}`;
}

function below(path: string, bases: readonly string[]): string {
  const base = bases.find((one) => path.startsWith(`${one}/`));
  return base === undefined ? path : path.slice(base.length);
}

function withoutEnd(path: string): string {
  return path.replace(/\/+$/, '');
}

/** The host's router would read `:` and `*` as patterns. */
function isPlain(path: string): boolean {
  return !BLANK.test(path) && !/[:*]/.test(path);
}
