import type { ModelAnswer, ModelRequest, ServiceOptions } from '../../model/profile.js';
import type { ScriptedModel } from '../../model/script.js';
import type { CallContext } from '../../model/session.js';
import { type Fields, fieldsOf } from '../json-fields.js';
import { joined } from '../services/http-client.js';
import { scripted } from '../services/http-script.js';
import { pause } from '../services/pause.js';
import type { CallbackIds } from './callback-ids.js';
import { canonicalHeaders } from './go-headers.js';
import type { Handler } from './handler.js';
import { PieceStreams } from './piece-streams.js';

/** `host.model.*`: models that the plugin has its host run, from the script or by whoever stands in for it. */
export class HostModels {
  private readonly next: (model: string) => ScriptedModel | undefined;
  private readonly streams = new PieceStreams();

  constructor(
    private readonly options: ServiceOptions,
    private readonly ids: CallbackIds,
    private readonly closing: AbortSignal,
  ) {
    const answers = scripted(options.script?.model ?? [], ({ model = '*' }) => model);
    this.next = (model) => answers(model);
  }

  handlers(): [string, Handler][] {
    return [
      ['host.model.execute', (request, context) => this.execute(request, context)],
      ['host.model.execute_stream', (request, context) => this.executeStream(request, context)],
      // An id that is not open reads as an end here, unlike that of an HTTP stream.
      [
        'host.model.stream_read',
        async ({ stream_id }) => (await this.streams.read(String(stream_id))) ?? { done: true },
      ],
      ['host.model.stream_close', ({ stream_id }) => this.streams.close(String(stream_id))],
    ];
  }

  close(): void {
    this.streams.closeAll();
  }

  private async execute(request: Fields, context: CallContext): Promise<unknown> {
    if (request.stream === true) throw new Error('host.model.execute requires stream=false');
    const { status, headers, body, pieces } = await this.run(request, context);
    const whole = body ?? (pieces === undefined ? new Uint8Array(0) : await joined(pieces, Number.POSITIVE_INFINITY));
    return { status_code: status, headers, body: whole };
  }

  private async executeStream(request: Fields, context: CallContext): Promise<unknown> {
    if (request.stream !== true) throw new Error('host.model.execute_stream requires stream=true');
    const { status, headers, body, pieces } = await this.run(request, context);
    const id = this.streams.open(pieces ?? one(body ?? new Uint8Array(0)), () => undefined);
    // The stream ends with the call that asked for it.
    this.ids.whenClosed(String(request.host_callback_id ?? ''), () => this.streams.close(id));
    return { status_code: status, headers, stream_id: id };
  }

  private async run(request: Fields, context: CallContext): Promise<ModelAnswer> {
    const wanted = this.modelRequest(request);
    if (this.options.runModel !== undefined) return this.options.runModel(wanted, context);
    const answer = this.next(wanted.model);
    if (answer === undefined)
      throw new Error(`there is no scripted answer for the model ${JSON.stringify(wanted.model)}`);
    await pause(answer.delayMs ?? 0, AbortSignal.any([this.closing, context.signal]));
    return play(answer);
  }

  private modelRequest(request: Fields): ModelRequest {
    const callbackId = String(request.host_callback_id ?? '');
    const during = this.ids.owner(callbackId);
    return {
      entryProtocol: String(request.entry_protocol ?? ''),
      exitProtocol: String(request.exit_protocol ?? ''),
      model: String(request.model ?? ''),
      stream: request.stream === true,
      body: Buffer.from(String(request.body ?? ''), 'base64'),
      headers: fieldsOf(request.headers) as ModelRequest['headers'],
      query: fieldsOf(request.query) as ModelRequest['query'],
      alt: String(request.alt ?? ''),
      pluginId: this.options.pluginId,
      ...(during === undefined ? {} : { during }),
    };
  }
}

function play({ status = 200, headers = {}, body, chunks, error }: ScriptedModel): ModelAnswer {
  if (error !== undefined && chunks === undefined && body === undefined) throw new Error(error);
  return { status, headers: canonicalHeaders(headers), pieces: piecesOf(chunks ?? [body ?? ''], error) };
}

async function* piecesOf(chunks: readonly string[], error: string | undefined): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield Buffer.from(chunk, 'utf8');
  if (error !== undefined) throw new Error(error);
}

async function* one(body: Uint8Array): AsyncGenerator<Uint8Array> {
  yield body;
}
