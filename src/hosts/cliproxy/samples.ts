import type { Contract } from '../../model/contract.js';
import type { Registration, SampleCall } from '../../model/profile.js';

/** Valid calls for every method of every capability that a plugin declared, in the contract's order. */
export function sampleCalls(contract: Contract, registration: Registration): SampleCall[] {
  return [...contract.capabilities.values()].flatMap(({ name, methods }) => {
    if (registration.capabilities[name] !== true) return [];
    return methods.flatMap((method) => {
      const [request] = contract.methods.get(method)?.samples ?? [];
      return request === undefined ? [] : [{ method, request, capability: name }];
    });
  });
}
