import { HEADER_NAME } from '../../hosts/cliproxy/go-headers.js';
import { escapeHtml } from '../../hosts/go-json/text.js';
import { fieldsOf } from '../../hosts/json-fields.js';
import { escapeJsonBody } from './escape-json.js';
import { sniffedType } from './sniff.js';

/** A response as it goes out. */
export interface Reply {
  readonly status: number;
  /** Names and values, in order; a name may come several times. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array;
}

/** A plugin's answer, ready to be sent, and what it does that the host's server would trip over. */
export interface PluginReply {
  readonly reply: Reply;
  readonly warnings: readonly string[];
}

/** Headers about the connection, which belong to the server. */
const OURS = new Set(['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'content-length']);

/**
 * Turns the result of `management.handle` into a response by the rules of the host.
 * @param escaped whether the host escapes JSON in the body; it never does so for pages
 */
export function pluginReply(result: unknown, escaped: boolean): PluginReply {
  const fields = fieldsOf(result);
  const status = Number(fields.StatusCode ?? 0) || 200;
  if (!Number.isInteger(status) || status < 200 || status > 999) return unsendable(status);
  const warnings: string[] = [];
  const declared = declaredHeaders(fields.Headers, warnings);
  const written = Buffer.from(typeof fields.Body === 'string' ? fields.Body : '', 'base64');
  const type = firstValue(declared, 'content-type');
  const body = escaped ? escapeJsonBody(written, type ?? '') : written;
  const length = firstValue(declared, 'content-length');
  if (length !== undefined && length !== String(body.length)) {
    const why = body.length === written.length ? '' : ' after the host has escaped it';
    warnings.push(
      `Content-Length says ${length}, the body has ${body.length} bytes${why}: leave the header to the host`,
    );
  }
  const headers = declared.filter(([name]) => !OURS.has(name.toLowerCase()));
  if (type === undefined && body.length > 0) headers.push(['Content-Type', sniffedType(body)]);
  return { reply: { status, headers, body }, warnings };
}

/** Go's own server panics on a status below 100 or above 999, and sends 1xx as something else. */
function unsendable(status: number): PluginReply {
  const warnings = [`the status ${status} cannot end a response: the host would fail or send another one`];
  return { reply: textReply(502, `the plugin answered with the status ${status}`), warnings };
}

function declaredHeaders(value: unknown, warnings: string[]): [string, string][] {
  const found: [string, string][] = [];
  for (const [name, values] of Object.entries(fieldsOf(value))) {
    if (!HEADER_NAME.test(name)) {
      warnings.push(`the header name ${JSON.stringify(name)} is none: the host leaves it out`);
      continue;
    }
    for (const one of Array.isArray(values) ? values : []) {
      if (typeof one === 'string') found.push([name, headerValue(name, one, warnings)]);
    }
  }
  return found;
}

/** As UTF-8 bytes; line ends become blanks, as Go writes them, so that no header can smuggle in another. */
function headerValue(name: string, value: string, warnings: string[]): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: controls are what is looked for.
  const plain = value.replace(/[\x00-\x08\x0a-\x1f\x7f]/g, ' ');
  if (plain !== value) warnings.push(`the header ${name} has control characters: they become blanks`);
  return Buffer.from(plain, 'utf8').toString('latin1').trim();
}

function firstValue(headers: readonly (readonly [string, string])[], name: string): string | undefined {
  return headers.find(([one]) => one.toLowerCase() === name)?.[1];
}

/** A line of text, as Go's http.Error writes it. */
export function textReply(status: number, text: string): Reply {
  return {
    status,
    headers: [
      ['Content-Type', 'text/plain; charset=utf-8'],
      ['X-Content-Type-Options', 'nosniff'],
    ],
    body: Buffer.from(`${text}\n`),
  };
}

/** JSON as the host's own handlers write it. */
export function jsonReply(status: number, value: unknown): Reply {
  const body = Buffer.from(escapeHtml(JSON.stringify(value)));
  return { status, headers: [['Content-Type', 'application/json; charset=utf-8']], body };
}

/** A status and nothing else. */
export function emptyReply(status: number): Reply {
  return { status, headers: [], body: new Uint8Array(0) };
}
