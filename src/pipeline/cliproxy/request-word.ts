import { CpexError } from '../../support/errors.js';
import { unknownProvider } from './choose-server.js';
import { streamError } from './eager.js';
import { httpThrough } from './http-through.js';
import type { PassRequest } from './pass.js';
import type { PluginHost } from './plugin-host.js';
import { type RequestData, readRequestData } from './request-data.js';
import type { PassAnswer } from './run-pass.js';
import { SAMPLE_UPSTREAM, sampleRequest } from './sample-request.js';
import { modelRemedy } from './served-models.js';
import { answerText, storyText } from './story-text.js';
import { readable } from './values.js';
import type { Word, WordResult } from './word.js';

/** `cpex run request`: one request through all plugins, and the story of it; a sample request without data. */
export function requestWord(data: unknown): Word {
  if (data !== undefined) {
    const read = readRequestData(data);
    return { story: true, upstreams: read.upstreams, run: ({ host }) => send(host, read) };
  }
  return {
    story: true,
    upstreams: [SAMPLE_UPSTREAM],
    run: ({ host, context }) => {
      const sample = sampleRequest(host);
      const text = `no data was given; sent: ${JSON.stringify(sample)}`;
      context.emit({ type: 'note', level: 'info', text });
      return send(host, readRequestData(sample));
    },
  };
}

async function send(host: PluginHost, { request, http, reconfigure }: RequestData): Promise<WordResult> {
  if (reconfigure) await host.reconfigure();
  const answer = http === undefined ? await host.run(request) : await httpThrough(host, http);
  const { chunks, broken } = await received(answer);
  await host.settled();
  const failure = failureOf(answer, broken, unserved(answer, request) ? modelRemedy(host) : undefined);
  return {
    value: { answer: machineAnswer(answer, chunks, broken) },
    text: (steps) => [...storyText(steps), ...answerText(answer, chunks, broken)].join('\n'),
    ...(failure === undefined ? {} : { failure }),
  };
}

function unserved(answer: PassAnswer, { model }: PassRequest): boolean {
  return !answer.ok && answer.message === unknownProvider(model);
}

async function received(answer: PassAnswer): Promise<{ chunks: Uint8Array[]; broken: string | undefined }> {
  const chunks: Uint8Array[] = [];
  if (!('chunks' in answer)) return { chunks, broken: undefined };
  try {
    for await (const chunk of answer.chunks) chunks.push(chunk);
    return { chunks, broken: undefined };
  } catch (error) {
    const broken = streamError(error);
    if (broken === undefined) throw error;
    return { chunks, broken };
  }
}

/** A request that a plugin ends on purpose has been answered. */
function failureOf(answer: PassAnswer, broken: string | undefined, remedy: string | undefined): CpexError | undefined {
  if (broken !== undefined) return new CpexError('CPEX_E_REQUEST_FAILED', `The stream ended with an error: ${broken}`);
  if (answer.ok || answer.rejected) return undefined;
  const message = `The request was answered with ${answer.status}: ${answer.message}`;
  return new CpexError('CPEX_E_REQUEST_FAILED', message, remedy === undefined ? {} : { remedy });
}

function machineAnswer(answer: PassAnswer, chunks: readonly Uint8Array[], broken: string | undefined): object {
  const { status, headers } = answer;
  if ('chunks' in answer) {
    return { status, headers, chunks: chunks.map(readable), ...(broken === undefined ? {} : { error: broken }) };
  }
  const error = answer.ok ? {} : { error: answer.message };
  return { status, headers, body: readable(answer.body), ...error };
}
