/** Answers that a case file prescribes. */
export interface ServiceScript {
  readonly http?: readonly ScriptedHttp[];
  readonly kv?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Files for `host.config.read`, path → text. */
  readonly config?: Readonly<Record<string, string>>;
  /** `host.cancelled` answers true from this many asks on; 0 is at once. */
  readonly cancelledAfter?: number;
  /** Answers of models that the plugin has the host run. */
  readonly model?: readonly ScriptedModel[];
  /** Credential files, name → JSON object. */
  readonly auth?: Readonly<Record<string, unknown>>;
  /** What tau's server answers plugins. */
  readonly server?: readonly ScriptedServer[];
  /** What the application's services answer plugins that call them over a brokered connection. */
  readonly services?: readonly ScriptedCall[];
  /** Archives for `host.archive.read`, by id. */
  readonly archive?: Readonly<Record<string, ScriptedArchive>>;
}

/** The answer of tau's server to a request that a plugin makes. */
export interface ScriptedServer {
  /** `type` of the request, `*` as a wildcard; any when absent. */
  readonly request?: string;
  /** The response as its JSON has it, with its `type`. */
  readonly response: Readonly<Record<string, unknown>>;
  readonly delayMs?: number;
}

/** The answer of an application's gRPC service to a call that a plugin makes. */
export interface ScriptedCall {
  /** `package.Service/Method`, or as short as one method alone is meant. */
  readonly method: string;
  /** The message, by the rules of ProtoJSON; an empty one when absent. */
  readonly response?: unknown;
  /** A status in place of an answer: gRPC's name of the code. */
  readonly error?: { readonly code: string; readonly message?: string };
  readonly delayMs?: number;
}

/** An archive of a script: files that the host packs, or its bytes. */
export interface ScriptedArchive {
  /** By path, which is packed as it stands; one that ends with a slash is a folder. */
  readonly files?: Readonly<Record<string, ScriptedFile>>;
  /** The bytes of the archive instead, for one that no packer makes. */
  readonly base64?: string;
}

/** A file of a scripted archive: its text, or what else it is. */
export type ScriptedFile =
  | string
  | {
      readonly text?: string;
      /** How often the text is in it, for files too large to write down; 1 when absent. */
      readonly repeat?: number;
      /** A content that is no text. */
      readonly base64?: string;
      readonly executable?: boolean;
      /** A symbolic link to this path. */
      readonly link?: string;
    };

/** The answer of a model that a plugin asks its host for. */
export interface ScriptedModel {
  /** Name of the model, `*` as a wildcard; any when absent. */
  readonly model?: string;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Pieces of a streamed answer. */
  readonly chunks?: readonly string[];
  readonly delayMs?: number;
  /** A failure instead of an answer, or after the chunks. */
  readonly error?: string;
}

/** The answer to an HTTP request that a plugin makes through its host. */
export interface ScriptedHttp {
  readonly method?: string;
  readonly url: string;
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly delayMs?: number;
  /** A transport failure instead of an answer, or after the chunks. */
  readonly error?: string;
  /** The body in pieces, for callbacks that read it as a stream. */
  readonly chunks?: readonly string[];
  /** A body of this many bytes, for answers too large to write down. */
  readonly bodyBytes?: number;
  /** A body that is no text. */
  readonly bodyBase64?: string;
}
