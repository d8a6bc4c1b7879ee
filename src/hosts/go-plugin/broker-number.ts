/** What stands in a request for the number of a connection over which the plugin may call its host: `{ $broker: serve }`. */
function isPlace(value: object): boolean {
  const entries = Object.entries(value);
  return entries.length === 1 && entries[0]?.[0] === '$broker' && entries[0][1] === 'serve';
}

/**
 * The request with a new connection's number in every such place.
 * @param serve opens a connection and resolves with its number
 */
export async function withBrokerNumbers(request: unknown, serve: () => Promise<unknown>): Promise<unknown> {
  if (typeof request !== 'object' || request === null) return request;
  if (Array.isArray(request)) {
    const list: unknown[] = [];
    for (const one of request) list.push(await withBrokerNumbers(one, serve));
    return list;
  }
  if (isPlace(request)) return serve();
  const fields: [string, unknown][] = [];
  for (const [name, value] of Object.entries(request)) fields.push([name, await withBrokerNumbers(value, serve)]);
  return Object.fromEntries(fields);
}
