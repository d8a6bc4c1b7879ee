import { fieldsOf } from '../../hosts/json-fields.js';
import { credentialFields } from './credentials.js';
import { nullWhenEmpty } from './headers.js';
import type { PluginHost } from './plugin-host.js';
import type { HttpData } from './request-data.js';
import type { PassAnswer } from './run-pass.js';
import { bytesOf, crossing, headersOf, numberOf } from './values.js';

/** Makes an HTTP request through the executor of a provider, with the first credential that it has. */
export async function httpThrough(host: PluginHost, http: HttpData): Promise<PassAnswer> {
  const { frame } = host;
  const stage = 'executor.http_request';
  const failed = (status: number, message: string, plugin?: string): PassAnswer => {
    const whose = plugin === undefined ? {} : { plugin };
    frame.log.add({ depth: 0, stage, outcome: 'failed', text: message, ...whose });
    return { ok: false, status, message, rejected: false, headers: {}, body: new Uint8Array(0) };
  };
  const id = host.offers.claims.executors.get(http.provider);
  const member = host.members.find((one) => one.id === id);
  if (member === undefined) return failed(502, `no plugin executes for provider ${http.provider}`);
  const credential = host.credentials.find((one) => one.provider === http.provider && !one.disabled);
  const request = {
    ...(credential === undefined ? {} : credentialFields(credential)),
    Method: http.method,
    URL: http.url,
    Headers: nullWhenEmpty(http.headers),
    Body: crossing(http.body),
  };
  const answer = await member.call(stage, request, frame);
  if (!answer.ok) return failed(answer.status ?? 502, answer.message, member.id);
  const result = fieldsOf(answer.result);
  const status = numberOf(result.StatusCode) || 200;
  frame.log.add({ depth: 0, stage, plugin: member.id, outcome: 'done', text: `${http.method} ${http.url}: ${status}` });
  return { ok: true, status, headers: headersOf(result.Headers), body: bytesOf(result.Body) };
}
