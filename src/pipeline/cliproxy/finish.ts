import { fieldsOf } from '../../hosts/json-fields.js';
import type { Headers } from './headers.js';
import { nullWhenEmpty } from './headers.js';
import { askedFor, type Pass } from './pass.js';
import { numberOf } from './values.js';

/** How a request came to its end. */
export interface Completion {
  readonly outcome: 'succeeded' | 'failed' | 'rejected' | 'canceled';
  readonly status: number;
  readonly error: string;
}

/** Tells the lifecycle plugins how a request ended. Nobody waits for them but the end of the run. */
export function completed(pass: Pass, { outcome, status, error }: Completion): void {
  const stage = 'request.complete';
  const { frame, request } = pass;
  const told = {
    RequestID: pass.id,
    TraceID: pass.trace,
    SourceFormat: request.format,
    Model: pass.model,
    RequestedModel: request.model,
    Stream: request.stream,
    Outcome: outcome,
    StatusCode: status,
    Error: error,
    StartedAt: pass.startedAt.toISOString(),
    CompletedAt: new Date().toISOString(),
    Metadata: pass.metadata,
  };
  for (const member of askedFor(pass, 'request_lifecycle_plugin', true)) {
    pass.host.later(
      member.call(stage, told, frame).then((answer) => {
        if (answer.ok) frame.log.add({ depth: frame.depth, stage, plugin: member.id, outcome: 'done', text: outcome });
        else {
          const text = `pluginhost: request lifecycle plugin ${member.id} failed: ${answer.message}`;
          frame.log.warn(stage, text, member.id, frame.depth);
        }
      }),
    );
  }
}

/** What an execution cost. */
export interface Usage {
  readonly provider: string;
  readonly executor: string;
  readonly authId: string;
  readonly authIndex: string;
  /** Milliseconds from the request to the end, and to the first piece. */
  readonly latencyMs: number;
  readonly firstMs: number;
  readonly failure?: { readonly status: number; readonly message: string };
  /** The answer; empty for streams. */
  readonly body: Uint8Array;
  readonly headers: Headers;
}

const NS_PER_MS = 1_000_000;

/** Tells the usage plugins; what they answer is ignored, errors as well. */
export function used(pass: Pass, usage: Usage): void {
  const stage = 'usage.handle';
  const { frame, request } = pass;
  const record = {
    Provider: usage.provider,
    ExecutorType: usage.executor,
    Model: pass.model,
    Alias: request.model,
    AuthID: usage.authId,
    AuthIndex: usage.authIndex,
    Generate: !request.count,
    RequestedAt: pass.startedAt.toISOString(),
    Latency: Math.round(usage.latencyMs * NS_PER_MS),
    TTFT: Math.round(usage.firstMs * NS_PER_MS),
    Failed: usage.failure !== undefined,
    Failure: { StatusCode: usage.failure?.status ?? 0, Body: usage.failure?.message ?? '' },
    Detail: tokens(usage.body),
    ResponseHeaders: nullWhenEmpty(usage.headers),
  };
  for (const member of askedFor(pass, 'usage_plugin', false)) {
    pass.host.later(
      member.call(stage, record, frame).then((answer) => {
        const entry = { depth: frame.depth, stage, plugin: member.id };
        if (answer.ok) frame.log.add({ ...entry, outcome: 'done' });
        else frame.log.add({ ...entry, outcome: 'failed', text: `${answer.message} (the host ignores it)` });
      }),
    );
  }
}

/** Token counts where an answer states them as OpenAI, Claude or Gemini do. */
function tokens(body: Uint8Array): Record<string, number> {
  let answer: Readonly<Record<string, unknown>>;
  try {
    answer = fieldsOf(JSON.parse(Buffer.from(body).toString('utf8')) as unknown);
  } catch {
    return {};
  }
  const { usage, usageMetadata } = answer;
  const all = { ...fieldsOf(usage), ...fieldsOf(usageMetadata) };
  const count = (...names: string[]) => numberOf(names.map((name) => all[name]).find((one) => one !== undefined));
  const InputTokens = count('prompt_tokens', 'input_tokens', 'promptTokenCount');
  const OutputTokens = count('completion_tokens', 'output_tokens', 'candidatesTokenCount');
  const TotalTokens = count('total_tokens', 'totalTokenCount') || InputTokens + OutputTokens;
  return { InputTokens, OutputTokens, TotalTokens };
}
