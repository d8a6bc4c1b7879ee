import { fieldsOf } from '../../hosts/json-fields.js';
import type { Model } from './claims.js';
import { attributesOf, type Credential, metadataOf, nilWhenEmpty, storageOf } from './credentials.js';
import type { Execution } from './executed.js';
import { formatsFor } from './executor.js';
import { nullWhenEmpty } from './headers.js';
import { interceptRequest } from './intercept-request.js';
import type { Member } from './member.js';
import type { Pass } from './pass.js';
import { PassFailure } from './pass-failure.js';
import { applyThinking } from './thinking.js';
import { translateRequest } from './translate.js';
import { runUpstream, type Upstream } from './upstream.js';
import { bytesOf, crossing, headersOf } from './values.js';

/** Status of failures that name none, as the host gives it to clients. */
const UNNAMED = 500;

/**
 * Runs the executor of a plugin: the second interceptors, translation, then the executor itself.
 * @param credential the one that was picked; undefined where a router named the executor
 */
export async function runExecutor(
  pass: Pass,
  member: Member,
  provider: string,
  credential: Credential | undefined,
): Promise<Execution> {
  const { host, frame, request } = pass;
  const formats = formatsFor(member, provider, request.format, host.members);
  await interceptRequest(pass, 'request.intercept_after', 'problem' in formats ? '' : formats.input);
  if ('problem' in formats) {
    frame.log.add({
      depth: frame.depth,
      stage: 'executor',
      plugin: member.id,
      outcome: 'failed',
      text: formats.problem,
    });
    throw new PassFailure(formats.problem, UNNAMED);
  }
  const { input, output } = formats;
  const sent =
    input === request.format ? pass.body : await translateRequest(pass, { from: request.format, to: input }, pass.body);
  const method = request.count
    ? 'executor.count_tokens'
    : request.stream
      ? 'executor.execute_stream'
      : 'executor.execute';
  const answer = await member.call(method, executorRequest(pass, { sent, input, output, credential }), frame);
  const entry = { depth: frame.depth, stage: method, plugin: member.id };
  if (!answer.ok) {
    const status = answer.status === undefined ? '' : ` (status ${answer.status})`;
    frame.log.add({ ...entry, outcome: 'failed', text: `${answer.message}${status}` });
    throw new PassFailure(answer.message, answer.status ?? UNNAMED);
  }
  const result = fieldsOf(answer.result);
  if (request.stream && !request.count) {
    frame.log.add({ ...entry, outcome: 'done', text: `model ${pass.model}, a stream in format ${output}` });
    return {
      native: false,
      format: output,
      sent,
      answer: { headers: headersOf(result.headers), chunks: answer.stream ?? nothing() },
    };
  }
  const body = bytesOf(result.Payload);
  frame.log.add({ ...entry, outcome: 'done', text: `model ${pass.model}, ${body.length} bytes in format ${output}` });
  return { native: false, format: output, sent, answer: { headers: headersOf(result.Headers), body } };
}

/** Runs a provider of the host's own: the second interceptors, translation, thinking, then its answer. */
export async function runNative(pass: Pass, upstream: Upstream, model: Model | undefined): Promise<Execution> {
  const { frame, request } = pass;
  await interceptRequest(pass, 'request.intercept_after', upstream.format);
  const translated = await translateRequest(pass, { from: request.format, to: upstream.format }, pass.body);
  const sent = await applyThinking(pass, upstream.provider, upstream.format, model, translated);
  const stream = request.stream && !request.count;
  const answer = await runUpstream(upstream, stream, pass.host.signal);
  const text = `${upstream.provider} answers model ${pass.model} with what was scripted`;
  frame.log.add({ depth: frame.depth, stage: 'upstream', outcome: 'done', text });
  return { answer, format: upstream.format, sent, native: true };
}

interface ExecutorParts {
  readonly sent: Uint8Array;
  readonly input: string;
  readonly output: string;
  readonly credential: Credential | undefined;
}

function executorRequest(pass: Pass, { sent, input, output, credential }: ExecutorParts): object {
  const { request } = pass;
  return {
    AuthID: credential?.id ?? '',
    AuthProvider: credential?.provider ?? '',
    Model: pass.model,
    Format: output,
    Stream: request.stream && !request.count,
    Alt: request.alt,
    Headers: nullWhenEmpty(pass.headers),
    Query: nullWhenEmpty(request.query),
    // The host takes what interceptors made of a request for the original from then on.
    OriginalRequest: crossing(pass.body),
    SourceFormat: input,
    Payload: crossing(sent),
    Metadata: pass.metadata,
    StorageJSON: credential === undefined ? null : storageOf(credential),
    AuthMetadata: credential === undefined ? null : nilWhenEmpty(metadataOf(credential)),
    AuthAttributes: credential === undefined ? null : nilWhenEmpty(attributesOf(credential)),
  };
}

async function* nothing(): AsyncGenerator<Uint8Array> {}
