import type { MethodContract } from '../../model/contract.js';
import { isOwnService } from './handshake.js';
import type { MethodType } from './proto/model.js';
import { schemaOf } from './proto/schema.js';
import type { GrpcApplication } from './protocol.js';

/** The methods of the application's services as a contract has them. */
export function methodContracts({ services, sampleOf, capability }: GrpcApplication): [string, MethodContract][] {
  return [...services.services].flatMap(([service, methods]) => {
    if (isOwnService(service)) return [];
    return [...methods.values()].map((method): [string, MethodContract] => [
      method.name,
      {
        name: method.name,
        summary: summaryOf(method),
        request: streamed(method.requestStream, schemaOf(method.request, 'request')),
        result: schemaOf(method.answer, 'answer'),
        capability,
        samples: [method.requestStream ? [sampleOf(method)] : sampleOf(method)],
      },
    ]);
  });
}

/** What the file says, else the signature. */
function summaryOf({ comment, request, answer, requestStream, answerStream }: MethodType): string {
  const [first = ''] = comment.split('\n');
  if (first !== '') return first;
  const side = (stream: boolean, name: string) => `${stream ? 'stream ' : ''}${name}`;
  return `${side(requestStream, request.fullName)} → ${side(answerStream, answer.fullName)}`;
}

function streamed(stream: boolean, schema: MethodContract['request']): MethodContract['request'] {
  return stream ? { type: 'array', items: schema } : schema;
}
