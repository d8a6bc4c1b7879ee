import type { IncomingMessage } from 'node:http';
import type { Frame } from '../../pipeline/cliproxy/member.js';
import { readBody, readHeaders, type Target } from './incoming.js';
import { indexPage } from './index-page.js';
import { keyRefusal } from './management-key.js';
import { pluginList } from './plugin-list.js';
import { emptyReply, jsonReply, pluginReply, type Reply, textReply } from './plugin-reply.js';
import { MANAGEMENT_BASE, RESOURCE_BASE } from './route-rules.js';
import type { RouteTable, Served } from './route-table.js';
import type { KnownPlugin, ServedPlugin } from './served-plugin.js';

/** Largest body that is taken from a client, in bytes; the host itself sets no limit. */
const BODY_LIMIT = 32 * 1024 * 1024;

/** What the management part serves, and who may see it. */
export interface AppOptions {
  readonly plugins: readonly KnownPlugin[];
  readonly table: RouteTable;
  readonly key: string;
  /** Name of the host profile with its revision, for people. */
  readonly host: string;
  /** Schema version of a plugin from which on the host leaves JSON of its routes as it is. */
  readonly rawJsonFrom: number;
  /** Release of the host, for its own header; absent where there is none. */
  readonly version?: string;
  readonly frame: Frame;
  /** Takes lines as the host's log has them. */
  readonly warn: (text: string) => void;
}

/** Answers requests as the management part of the host does, and the index page at `/`. */
export function managementApp(options: AppOptions): (request: IncomingMessage, target: Target) => Promise<Reply> {
  return async (request, target) => {
    const { path } = target;
    if (path === MANAGEMENT_BASE || path.startsWith(`${MANAGEMENT_BASE}/`)) {
      return stamped(await management(request, target, options), options);
    }
    if (path.startsWith(`${RESOURCE_BASE}/`)) return resource(request, target, options);
    const isIndex = path === '/' && (request.method === 'GET' || request.method === 'HEAD');
    return isIndex ? indexPage(options.plugins, options.table, options.host) : emptyReply(404);
  };
}

/** What the host adds to every management response. */
function stamped(reply: Reply, { version }: AppOptions): Reply {
  const own: [string, string][] = [['X-CPA-SUPPORT-PLUGIN', '1']];
  if (version !== undefined) own.unshift(['X-CPA-VERSION', version]);
  return { ...reply, headers: [...own, ...reply.headers] };
}

async function management(request: IncomingMessage, target: Target, options: AppOptions): Promise<Reply> {
  const refused = keyRefusal(request, options.key);
  if (refused !== undefined) return refused;
  const { table, plugins } = options;
  const method = request.method ?? '';
  if (method === 'GET' && target.path === `${MANAGEMENT_BASE}/plugins`)
    return jsonReply(200, pluginList(plugins, table));
  const served = table.route(method, target.path);
  if (served !== undefined) {
    const body = await readBody(request, BODY_LIMIT);
    if (body === undefined)
      return jsonReply(413, { error: `a body of more than ${BODY_LIMIT} bytes is not taken here` });
    return ask(served, request, target, Buffer.from(body).toString('base64'), options);
  }
  if (!table.isHosts(method, target.path)) return emptyReply(404);
  return jsonReply(501, { error: 'the host has this route, and cpex does not emulate it' });
}

async function resource(request: IncomingMessage, target: Target, options: AppOptions): Promise<Reply> {
  const served = request.method === 'GET' ? options.table.resource(target.path) : undefined;
  return served === undefined ? emptyReply(404) : ask(served, request, target, null, options);
}

/** Has the plugin answer; `body` is null for a page. */
async function ask(
  served: Served,
  request: IncomingMessage,
  { path, query }: Target,
  body: string | null,
  options: AppOptions,
): Promise<Reply> {
  const kind = body === null ? 'resource' : 'management';
  const plugin = options.plugins.find(({ id }) => id === served.plugin)?.registered;
  if (plugin === undefined) return emptyReply(404);
  const named = Object.keys(query).length === 0 ? null : query;
  const sent = { Method: request.method, Path: path, Headers: readHeaders(request), Query: named, Body: body };
  const answer = await plugin.call('management.handle', sent, options.frame);
  if (!answer.ok) {
    options.warn(`pluginhost: ${kind} handler ${served.plugin} failed: ${answer.message}`);
    return failed(kind, plugin, answer.message);
  }
  const { reply, warnings } = pluginReply(answer.result, body !== null && plugin.schemaVersion < options.rawJsonFrom);
  for (const text of warnings) options.warn(`${served.plugin} ${request.method} ${path}: ${text}`);
  return reply;
}

/** The host's own words; where the process is gone there would be no host left to say them. */
function failed(kind: string, plugin: ServedPlugin, message: string): Reply {
  const text = `plugin ${kind} handler failed`;
  if (plugin.gone === undefined) return textReply(502, text);
  return textReply(502, `${text}\n${message}\nIts process is gone: start cpex run --serve again to load it anew.`);
}
