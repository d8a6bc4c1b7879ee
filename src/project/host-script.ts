import type {
  ScriptedArchive,
  ScriptedCall,
  ScriptedHttp,
  ScriptedModel,
  ScriptedServer,
  ServiceScript,
} from '../model/script.js';

/** What the host is to answer, as people write it: `host` of a case file, after the schema has passed it. */
export interface HostAnswers {
  readonly http?: readonly WrittenHttp[];
  readonly kv?: Record<string, Record<string, string>>;
  readonly config?: Record<string, string>;
  readonly cancelled?: boolean | { readonly after: number };
  readonly model?: readonly (Omit<ScriptedModel, 'delayMs'> & { readonly delay_ms?: number })[];
  readonly auth?: Record<string, unknown>;
  readonly server?: readonly (Omit<ScriptedServer, 'delayMs'> & { readonly delay_ms?: number })[];
  readonly services?: readonly (Omit<ScriptedCall, 'delayMs'> & { readonly delay_ms?: number })[];
  readonly archive?: Record<string, ScriptedArchive>;
}

/** An HTTP answer in a case file. */
export interface WrittenHttp extends Omit<ScriptedHttp, 'status' | 'delayMs' | 'bodyBytes' | 'bodyBase64'> {
  readonly status?: number;
  readonly delay_ms?: number;
  readonly body_bytes?: number;
  readonly body_base64?: string;
}

/** The answers in the form that the services take. */
export function toScript(answers: HostAnswers): ServiceScript {
  const { http = [], kv = {}, config = {}, cancelled, model = [], auth, archive, server, services } = answers;
  const after = typeof cancelled === 'object' ? cancelled.after : cancelled === true ? 0 : undefined;
  return {
    http: http.map(({ delay_ms, body_bytes, body_base64, status, ...rest }) => ({
      ...rest,
      status: status ?? 200,
      ...delayOf(delay_ms),
      ...(body_bytes === undefined ? {} : { bodyBytes: body_bytes }),
      ...(body_base64 === undefined ? {} : { bodyBase64: body_base64 }),
    })),
    model: model.map(withDelay),
    kv,
    config,
    ...(server === undefined ? {} : { server: server.map(withDelay) }),
    ...(services === undefined ? {} : { services: services.map(withDelay) }),
    ...(auth === undefined ? {} : { auth }),
    ...(archive === undefined ? {} : { archive }),
    ...(after === undefined ? {} : { cancelledAfter: after }),
  };
}

function withDelay<T extends object>({ delay_ms, ...rest }: T & { readonly delay_ms?: number }) {
  return { ...rest, ...delayOf(delay_ms) };
}

function delayOf(ms: number | undefined): { readonly delayMs?: number } {
  return ms === undefined ? {} : { delayMs: ms };
}

/** A scripted HTTP answer as people write it. */
export function writtenHttp({ delayMs, bodyBytes, bodyBase64, ...rest }: ScriptedHttp): WrittenHttp {
  return {
    ...rest,
    ...(delayMs === undefined ? {} : { delay_ms: delayMs }),
    ...(bodyBytes === undefined ? {} : { body_bytes: bodyBytes }),
    ...(bodyBase64 === undefined ? {} : { body_base64: bodyBase64 }),
  };
}
