import path from 'node:path';
import { Document } from 'yaml';
import type { StreamRecord } from '../host-process/call-streams.js';
import { streamValue } from '../host-process/stream-value.js';
import type { ServiceEvent } from '../model/profile.js';
import { writtenHttp } from '../project/host-script.js';
import { writeOutput } from '../report/write-output.js';
import { CpexError } from '../support/errors.js';
import { exists } from '../support/files.js';
import type { Answer } from './session.js';

/** Refuses a file that could not be written, or would not be found again. Throws before anything runs. */
export async function checkRecordFile(file: string): Promise<void> {
  if (!/\.ya?ml$/i.test(file)) {
    throw new CpexError('CPEX_E_RUN_RECORD', `${file} would be no case file: its name does not end in .yaml.`);
  }
  if (await exists(file)) {
    throw new CpexError('CPEX_E_RUN_RECORD', `${file} exists already.`, { remedy: 'Choose another name.' });
  }
}

/**
 * Writes what happened as a case file that passes as it stands. Refuses to overwrite.
 * @param events what the plugin did through the host
 */
export async function recordCase(
  file: string,
  answer: Answer,
  config: unknown,
  events: readonly ServiceEvent[],
): Promise<void> {
  await checkRecordFile(file);
  const { request, invocation, evaluation } = answer;
  const { envelope } = invocation;
  const kind = request.form === 'step' ? 'step_log' : 'output';
  const output = (stream: 'stdout' | 'stderr') =>
    Buffer.concat(
      events.flatMap((event) => (event.kind === kind && event.stream === stream ? [event.bytes] : [])),
    ).toString('utf8');
  const expected: Record<string, unknown> = {};
  if (envelope.error !== undefined) expected.error = recordedError(envelope.error);
  else if (request.form === 'tool') {
    const { content, is_error } = envelope.result as { content: unknown; is_error: unknown };
    expected.content = content;
    expected.is_error = is_error;
  } else if (request.form === 'command' || request.form === 'step') {
    const { exit_code, artifacts } = envelope.result as { exit_code: unknown; artifacts?: unknown };
    expected.exit_code = exit_code;
    if (request.form === 'step') expected.artifacts = artifacts;
    expected.stdout = output('stdout');
    if (output('stderr') !== '') expected.stderr = output('stderr');
  } else expected.result = envelope.result;
  const pieces = invocation.stream?.chunks.length ?? 0;
  if (invocation.stream !== undefined && (request.form !== 'tool' || pieces > 0)) {
    // What the call itself returned is how the stream came, and may differ from run to run.
    delete expected.result;
    expected.stream = recordedStream(invocation.stream);
  }
  if (evaluation !== undefined) {
    expected.verdict = evaluation.verdict;
    expected.payload_modified = evaluation.payloadModified;
  }
  const name = path
    .basename(file)
    .replace(/\.ya?ml$/i, '')
    .replaceAll(/[-_]+/g, ' ');
  const http = events.flatMap((event) => (event.kind === 'http' ? [writtenHttp(event.answer)] : []));
  const hasConfig = typeof config === 'object' && config !== null && Object.keys(config).length > 0;
  const document = new Document({
    name,
    ...callOf(answer),
    ...(hasConfig ? { config } : {}),
    ...(http.length === 0 ? {} : { host: { http } }),
    expect: expected,
  });
  await writeOutput(file, document.toString(), 'The case');
}

/** The code, or the message where the host looks at no code. */
function recordedError({ code, message }: { code: string; message: string }): object {
  return code === '' ? { message } : { code };
}

function recordedStream(stream: StreamRecord): object {
  const { chunks, error } = streamValue(stream);
  return error === undefined ? { chunks } : { chunks, error };
}

function callOf({ request }: Answer): Record<string, unknown> {
  const body = request.request as Record<string, unknown>;
  if (request.form === 'hook') {
    const { hook, payload, extensions, context } = body;
    const empty = Object.keys((extensions ?? {}) as object).length === 0;
    return { hook, payload, ...(empty ? {} : { extensions }), context };
  }
  if (request.form === 'command') return { command: body.verb_path, args: body.args };
  if (request.form === 'step') {
    const { runner, args } = body.step as { runner: string; args: unknown };
    return { step: runner, args };
  }
  if (request.form === 'tool') return { tool: body.name, args: body.arguments };
  return { method: request.method, request: body };
}
