import { type Connection, type Status, UNIMPLEMENTED } from './connection.js';
import { decode, encode, type Messages } from './messages.js';
import { type CallLog, OwnCall } from './own-call.js';

/** What a plugin told of its services. */
export interface Reflection {
  /** Full names, sorted. */
  readonly services: readonly string[];
  /** The files that define them and everything that these import, as `FileDescriptorProto` in bytes. */
  readonly files: readonly Uint8Array[];
}

/** Names of the service, the newer one first: plugins of go-plugin have both, others often the older one alone. */
const NAMES = ['grpc.reflection.v1.ServerReflection', 'grpc.reflection.v1alpha.ServerReflection'];
/** Files after which a plugin that goes on and on is believed no more. */
const MOST_FILES = 10_000;

/** Why a plugin told nothing of its services; code 12 where it has no reflection. */
export class ReflectionFailure extends Error {
  override readonly name = 'ReflectionFailure';

  constructor(readonly status: Status) {
    super(status.details);
  }
}

/** Names of the services of a plugin. Rejects with a `ReflectionFailure`. */
export async function listServices(connection: Connection, log: CallLog): Promise<string[]> {
  return withReflection(connection, log, async (ask) => namesIn(await ask({ list_services: '*' })));
}

/** Services of a plugin with the files that define them. Rejects with a `ReflectionFailure`. */
export async function reflect(connection: Connection, log: CallLog): Promise<Reflection> {
  return withReflection(connection, log, async (ask) => {
    const services = namesIn(await ask({ list_services: '*' }));
    const files = new Map<string, Uint8Array>();
    const missing = new Set<string>();
    const take = (answer: Answer) => {
      for (const bytes of answer.file_descriptor_response?.file_descriptor_proto ?? []) {
        const { name, dependency } = readFile(bytes);
        files.set(name, bytes);
        for (const one of dependency) missing.add(one);
      }
    };
    for (const service of services) take(await ask({ file_containing_symbol: service }));
    for (const name of missing) {
      if (files.size > MOST_FILES) throw failure(8, `The plugin names more than ${MOST_FILES} files.`);
      if (!files.has(name)) take(await ask({ file_by_filename: name }));
    }
    return { services, files: [...files.values()] };
  });
}

type Answer = Messages['ServerReflectionResponse'];
type Ask = (request: Messages['ServerReflectionRequest']) => Promise<Answer>;

async function withReflection<T>(connection: Connection, log: CallLog, work: (ask: Ask) => Promise<T>): Promise<T> {
  let last: unknown;
  for (const name of NAMES) {
    const call = new OwnCall(connection, log, `${name}/ServerReflectionInfo`);
    try {
      return await work(asking(call));
    } catch (error) {
      if (!(error instanceof ReflectionFailure) || error.status.code !== UNIMPLEMENTED) throw error;
      last = error;
    } finally {
      call.cancel();
    }
  }
  throw last;
}

/** Sends one request after the other over a stream. */
function asking(call: OwnCall): Ask {
  let settle: { resolve(answer: Answer): void; reject(error: Error): void } | undefined;
  let ended: ReflectionFailure | undefined;
  const message = (bytes: Uint8Array) => {
    try {
      settle?.resolve(decode('ServerReflectionResponse', bytes));
    } catch (error) {
      settle?.reject(failure(13, `An answer of reflection cannot be read: ${error}`));
    }
  };
  call.listen(message, (status) => {
    ended = new ReflectionFailure(status);
    settle?.reject(ended);
  });
  return async (request) => {
    const answer = await new Promise<Answer>((resolve, reject) => {
      settle = { resolve, reject };
      if (ended !== undefined) reject(ended);
      else call.send(encode('ServerReflectionRequest', request));
    });
    const { error_response: error } = answer;
    if (error !== undefined) throw failure(error.error_code, error.error_message);
    return answer;
  };
}

function readFile(bytes: Uint8Array): Messages['FileDescriptorProto'] {
  try {
    return decode('FileDescriptorProto', bytes);
  } catch (error) {
    throw failure(13, `A file of reflection cannot be read: ${error}`);
  }
}

function namesIn({ list_services_response: list }: Answer): string[] {
  return (list?.service ?? []).map(({ name }) => name).sort();
}

function failure(code: number, details: string): ReflectionFailure {
  return new ReflectionFailure({ code, details });
}
