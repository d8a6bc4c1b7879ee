import { isIP } from 'node:net';
import { CpexError } from '../../support/errors.js';

/** Query keys whose values are secrets; an address with one would carry it into records and files. */
const SECRET_KEYS: ReadonlySet<string> = new Set([
  ...['token', 'access_token', 'auth_token', 'private_token', 'access_key', 'accesskey', 'secret', 'secret_key'],
  ...['client_secret', 'api_key', 'apikey', 'password', 'passwd'],
]);

/**
 * An address that may be downloaded from: https, without a user name, a password or a query key that
 * looks like a secret. Throws `CPEX_E_INSTALL_URL`.
 */
export function safeAddress(text: string): URL {
  const url = httpsAddress(text);
  for (const key of url.searchParams.keys()) {
    if (SECRET_KEYS.has(key.trim().toLowerCase())) {
      throw refused(url, `the query key "${key}" looks like a secret`, 'Use an address without it.');
    }
  }
  return url;
}

/** As {@link safeAddress} with any query: what servers redirect to is signed in its query. */
function httpsAddress(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) {
    throw new CpexError('CPEX_E_INSTALL_URL', `${JSON.stringify(text)} is no address that cpex can read.`);
  }
  if (url.protocol !== 'https:')
    throw refused(url, 'only https is safe', 'Use the https address, or download the file and check it.');
  if (url.username !== '' || url.password !== '') throw refused(url, 'it holds a user name or password');
  return url;
}

/** Where a redirect leads. One from the network to this machine or its neighbours is refused. */
export function redirectTarget(from: URL, location: string): URL {
  const to = httpsAddress(URL.canParse(location, from.href) ? new URL(location, from).href : location);
  if (isLocal(to.hostname) && !isLocal(from.hostname)) {
    throw refused(to, `${from.host} redirects from the network to a local address`);
  }
  return to;
}

/** The address without its query, which may be long or secret. */
export function shownAddress(url: URL): string {
  return `${url.origin}${url.pathname}`;
}

function isLocal(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  if (host === 'localhost' || host.endsWith('.localhost')) return true;
  switch (isIP(host)) {
    case 4:
      return /^(?:0|10|127|169\.254|192\.168|172\.(?:1[6-9]|2\d|3[01]))\./.test(host);
    case 6:
      return /^(?:::1?$|::ffff:|f[cd]|fe[89ab])/.test(host);
    default:
      return false;
  }
}

function refused(url: URL, why: string, remedy?: string): CpexError {
  return new CpexError('CPEX_E_INSTALL_URL', `Nothing is downloaded from ${shownAddress(url)}: ${why}.`, {
    ...(remedy === undefined ? {} : { remedy }),
  });
}
