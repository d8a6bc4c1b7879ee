import { STATUS_CODES } from 'node:http';
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

/** Schema version from which on the host leaves the bodies of management routes alone. */
const UNESCAPED_SCHEMA = 6;

/** Headers about the connection, which belong to the server. */
const OURS = new Set(['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'content-length']);

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/**
 * Turns the result of `management.handle` into a response by the rules of the host.
 * @param schemaVersion of the plugin's registration; undefined for pages, which are never escaped
 */
export function pluginReply(result: unknown, schemaVersion: number | undefined): PluginReply {
  const fields = fieldsOf(result);
  const status = Number(fields.StatusCode ?? 0) || 200;
  if (!Number.isInteger(status) || status < 200 || status > 999) return unsendable(status);
  const warnings: string[] = [];
  const declared = declaredHeaders(fields.Headers, warnings);
  const written = Buffer.from(typeof fields.Body === 'string' ? fields.Body : '', 'base64');
  const type = firstValue(declared, 'content-type');
  const escaped = schemaVersion !== undefined && schemaVersion < UNESCAPED_SCHEMA;
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
    if (!TOKEN.test(name)) {
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
  const text = JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return { status, headers: [['Content-Type', 'application/json; charset=utf-8']], body: Buffer.from(text) };
}

/** A status and nothing else. */
export function emptyReply(status: number): Reply {
  return { status, headers: [], body: new Uint8Array(0) };
}

/** `GET /path 200 OK` without what a terminal would read as more than text. */
export function statusText(status: number): string {
  return `${status} ${STATUS_CODES[status] ?? ''}`.trim();
}
