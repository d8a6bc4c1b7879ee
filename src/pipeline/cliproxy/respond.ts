import { fieldsOf } from '../../hosts/json-fields.js';
import { bodyChanges, headerChanges } from './changes.js';
import { type Headers, mergeHeaders, nullWhenEmpty } from './headers.js';
import { askedFor, type Pass } from './pass.js';
import { bytesOf, crossing, headersOf, textsOf } from './values.js';

/** A complete response. */
export interface Response {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array;
}

/** Sends a complete response through the interceptors, each seeing what those before it made of it. */
export async function interceptResponse(pass: Pass, sent: Uint8Array, response: Response): Promise<Response> {
  const { frame } = pass;
  const stage = 'response.intercept_after';
  let { headers, body } = response;
  for (const member of askedFor(pass, 'response_interceptor', true)) {
    const request = {
      ...responseParts(pass, sent, headers),
      Body: crossing(body),
      StatusCode: response.status,
    };
    const answer = await member.call(stage, request, frame);
    if (!answer.ok) {
      const text = `pluginhost: response interceptor ${member.id} failed: ${answer.message}`;
      frame.log.warn(stage, text, member.id, frame.depth);
      continue;
    }
    const result = fieldsOf(answer.result);
    const merged = mergeHeaders(headers, headersOf(result.Headers), textsOf(result.ClearHeaders));
    const given = bytesOf(result.Body);
    const changes = [...headerChanges(headers, merged), ...(given.length > 0 ? bodyChanges(body, given) : [])];
    headers = merged;
    if (given.length > 0) body = given;
    const outcome = changes.length > 0 ? 'changed' : 'unchanged';
    frame.log.add({ depth: frame.depth, stage, plugin: member.id, outcome, changes });
  }
  return { status: response.status, headers, body };
}

/** What interceptors of responses and of their pieces are told alike. */
export function responseParts(pass: Pass, sent: Uint8Array, headers: Headers): Record<string, unknown> {
  const { request } = pass;
  return {
    RequestID: pass.id,
    SourceFormat: pass.exit,
    Model: pass.model,
    RequestedModel: request.model,
    Stream: request.stream && !request.count,
    RequestHeaders: nullWhenEmpty(pass.headers),
    ResponseHeaders: nullWhenEmpty(headers),
    OriginalRequest: crossing(pass.body),
    RequestBody: crossing(sent),
    Metadata: pass.metadata,
  };
}
