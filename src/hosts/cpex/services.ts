import type { HostServicesHandle, ServiceEvent, ServiceOptions } from '../../model/profile.js';
import type { CallContext, ServiceReply } from '../../model/session.js';
import { checkShape, describeProblem } from '../schema-check.js';
import { ScopedStores } from '../services/kv.js';
import { ServiceError } from '../services/service-error.js';
import { answerPlaces, type Codec, callbackPlaces, codecOf } from './codec.js';
import { cpexContract } from './contract.js';
import { errorEnvelope, okEnvelope } from './envelope.js';
import { makeHandlers } from './handlers.js';

/** The services that the `cpex` host offers to one plugin in one session. */
export function cpexServices(options: ServiceOptions): HostServicesHandle {
  const closing = new AbortController();
  const stores = new ScopedStores(options);
  const handlers = makeHandlers(options, stores, closing.signal);
  const tell = (event: ServiceEvent) => options.observe?.(event);

  async function answer(method: string, body: Uint8Array, context: CallContext): Promise<ServiceReply> {
    // A plugin that has not heard the end of its registration still asks in JSON.
    const codec = codecOf(body);
    let request: unknown;
    try {
      const handler = handlers.get(method);
      if (handler === undefined)
        throw new ServiceError('unknown_method', `There is no callback ${JSON.stringify(method)}.`);
      if (closing.signal.aborted) throw closing.signal.reason;
      request = checkedRequest(codec, method, body);
      const result = await handler(request as never, context);
      const reply = okEnvelope(codec, result, answerPlaces(method));
      tell({ kind: 'call', method, request, ok: true });
      return { code: 0, body: reply };
    } catch (error) {
      return failed(codec, method, request, error);
    }
  }

  function failed(codec: Codec, method: string, request: unknown, error: unknown): ServiceReply {
    const known = error instanceof ServiceError;
    try {
      tell({ kind: 'call', method, request, ok: false });
    } catch {
      // The plugin gets its answer even when the observer is the one who fails.
    }
    const message = error instanceof Error ? error.message : String(error);
    return { code: 0, body: errorEnvelope(codec, { code: known ? error.code : 'internal', message }) };
  }

  return {
    answer,
    begin: (scope) => stores.begin(scope),
    // A step is over when its call is, whoever makes it.
    beginCall: (method, request) => ({
      request,
      returned: () => undefined,
      end: method === 'step.execute' ? stores.begin('step') : () => {},
    }),
    close: async () => closing.abort(new ServiceError('host_closed', 'The host is shutting down.')),
  };
}

/** The request as a value that fits the contract. Throws a ServiceError that names the place. */
function checkedRequest(codec: Codec, method: string, body: Uint8Array): unknown {
  const reading = codec.read(body, callbackPlaces(method));
  if (!reading.ok)
    throw new ServiceError('invalid_request', `The body of ${method} is no valid ${codec.title}: ${reading.message}.`);
  const schema = cpexContract.callbacks.get(method)?.request ?? {};
  const [problem] = checkShape(schema, reading.value, cpexContract.types);
  if (problem !== undefined) throw new ServiceError('invalid_request', `In ${method} ${describeProblem(problem)}.`);
  return reading.value;
}
