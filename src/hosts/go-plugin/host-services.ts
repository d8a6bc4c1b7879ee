import type { HostServicesHandle, ServiceOptions } from '../../model/profile.js';
import type { ScriptedCall } from '../../model/script.js';
import type { CallContext, ServiceReply } from '../../model/session.js';
import { CpexError } from '../../support/errors.js';
import { scripted } from '../services/http-script.js';
import { pause } from '../services/pause.js';
import { findMethod, methodOf } from './find-method.js';
import { decodeMessage } from './proto/decode.js';
import { encodeMessage } from './proto/encode.js';
import type { MethodType, Services } from './proto/model.js';
import { ValueProblem } from './proto/value-problem.js';
import { WireProblem } from './proto/wire.js';
import { STATUS_NAMES, statusReply } from './status.js';

/** An answer as it goes over the wire. */
interface Prepared {
  readonly method: string;
  readonly reply: ServiceReply;
  readonly delayMs: number;
}

/**
 * Services of an application whose .proto files are known, for plugins that call them over a brokered connection: what the
 * script says. `beginCall` throws a CpexError for a script that does not fit the services.
 */
export function applicationServices(services: Services, options: ServiceOptions): HostServicesHandle {
  const closing = new AbortController();
  let script: ((method: string) => Prepared | undefined) | undefined;
  const prepared = () => {
    script ??= scripted(
      (options.script?.services ?? []).map((one) => prepare(services, one)),
      ({ method }) => method,
    );
    return script;
  };

  async function respond(type: MethodType | undefined, method: string, context: CallContext): Promise<ServiceReply> {
    const known = prepared()(method);
    if (known !== undefined) {
      await pause(known.delayMs, AbortSignal.any([context.signal, closing.signal]));
      return known.reply;
    }
    const problem =
      type === undefined ? 'no .proto file has it' : 'write it under host.services of a case, or --answers';
    return statusReply('UNIMPLEMENTED', `Nothing is known to answer ${method} with: ${problem}.`);
  }

  return {
    answer: async (method, body, context) => {
      const type = methodOf(services, method);
      let request: unknown;
      try {
        request = type === undefined ? undefined : decodeMessage(type.request, body, services.messages);
      } catch (error) {
        if (!(error instanceof WireProblem)) throw error;
        const message = `The request of ${method} is no ${type?.request.fullName}: ${error.message}.`;
        options.observe?.({ kind: 'finding', finding: { id: 'services.request', severity: 'fail', message } });
        return statusReply('INTERNAL', message);
      }
      const reply = await respond(type, method, context).catch(() => statusReply('CANCELLED', 'The call has ended.'));
      options.observe?.({ kind: 'call', method, request, ok: reply.code === 0 });
      return reply;
    },
    beginCall: (_method, request) => {
      // A script that cannot be used is told of before the plugin could ask in vain.
      prepared();
      return { request, returned: () => undefined, end: () => {} };
    },
    close: async () => closing.abort(),
  };
}

function prepare(services: Services, { method: name, response = {}, error, delayMs = 0 }: ScriptedCall): Prepared {
  const { type } = findMethod(services, name);
  if (type.requestStream || type.answerStream) {
    throw new CpexError('CPEX_E_MESSAGE_VALUE', `${type.name} streams, and scripts answer with one message.`);
  }
  if (error !== undefined) {
    if (!STATUS_NAMES.includes(error.code) || error.code === 'OK') {
      const message = `The scripted answer of ${type.name} has the code ${JSON.stringify(error.code)}, which is none of gRPC's.`;
      throw new CpexError('CPEX_E_MESSAGE_VALUE', message, { evidence: STATUS_NAMES.slice(1) });
    }
    return { method: type.name, reply: statusReply(error.code, error.message ?? ''), delayMs };
  }
  try {
    return {
      method: type.name,
      reply: { code: 0, body: encodeMessage(type.answer, response, services.messages) },
      delayMs,
    };
  } catch (problem) {
    if (!(problem instanceof ValueProblem)) throw problem;
    const message = `The scripted answer of ${type.name} does not fit ${type.answer.fullName}: ${problem.sentence}`;
    throw new CpexError('CPEX_E_MESSAGE_VALUE', message);
  }
}
