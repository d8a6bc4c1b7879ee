import { fieldsOf } from '../../hosts/json-fields.js';
import { bodyChanges, headerChanges } from './changes.js';
import { mergeHeaders, nullWhenEmpty } from './headers.js';
import { askedFor, type Pass } from './pass.js';
import { PassFailure } from './pass-failure.js';
import { bytesOf, crossing, headersOf, numberOf, textsOf } from './values.js';

type Stage = 'request.intercept_before' | 'request.intercept_after';

/**
 * Sends the request through the interceptors of one stage, each seeing what those before it made of it.
 * @param toFormat format of the executor; empty before one is known
 * @throws PassFailure when an interceptor ends the request
 */
export async function interceptRequest(pass: Pass, stage: Stage, toFormat: string): Promise<void> {
  const { frame, request } = pass;
  for (const member of askedFor(pass, 'request_interceptor', true)) {
    const answer = await member.call(
      stage,
      {
        RequestID: pass.id,
        TraceID: pass.trace,
        SourceFormat: request.format,
        ToFormat: toFormat,
        Model: pass.model,
        RequestedModel: request.model,
        Stream: request.stream,
        Headers: nullWhenEmpty(pass.headers),
        Body: crossing(pass.body),
        Metadata: pass.metadata,
      },
      frame,
    );
    if (!answer.ok) {
      const text = `pluginhost: request interceptor ${member.id} failed: ${answer.message}`;
      frame.log.warn(stage, text, member.id, frame.depth);
      continue;
    }
    const result = fieldsOf(answer.result);
    const headers = mergeHeaders(pass.headers, headersOf(result.Headers), textsOf(result.ClearHeaders));
    const given = bytesOf(result.Body);
    const body = given.length > 0 ? given : pass.body;
    const changes = [...headerChanges(pass.headers, headers), ...bodyChanges(pass.body, body)];
    pass.headers = headers;
    pass.body = body;
    const ends = result.Terminate === true;
    const outcome = ends ? 'ended' : changes.length > 0 ? 'changed' : 'unchanged';
    const failure = ends ? terminated(member.id, result) : undefined;
    const text = failure === undefined ? {} : { text: failure.message };
    frame.log.add({ depth: frame.depth, stage, plugin: member.id, outcome, changes, ...text });
    if (failure !== undefined) throw failure;
  }
}

/** The answer of an interceptor that ends the request; a status that is none becomes 403. */
function terminated(plugin: string, result: Readonly<Record<string, unknown>>): PassFailure {
  const wanted = numberOf(result.StatusCode);
  const status = wanted >= 200 && wanted <= 599 ? wanted : 403;
  const instead = status === wanted ? '' : ` (it named ${wanted}, which is no status)`;
  const answer = { headers: headersOf(result.ResponseHeaders), body: bytesOf(result.ResponseBody) };
  return new PassFailure(`request terminated by plugin ${plugin} with ${status}${instead}`, status, 'rejected', answer);
}
