import type { Registration } from '../model/profile.js';
import type { ContractData } from './contract-data.js';

/** What a plugin registered, as the entries of `capabilities:`, in the order of the contract; each once. */
export function declaredCapabilities(
  { capabilities }: Pick<Registration, 'capabilities'>,
  contract: Pick<ContractData, 'capabilities'>,
): string[] {
  const entries = Object.entries(contract.capabilities).flatMap(([name, { flag, argument }]) => {
    const declared = capabilities[name];
    if (declared === undefined || declared === null || declared === false) return [];
    if (argument === undefined) return [flag];
    const list: readonly unknown[] = Array.isArray(declared) ? declared : [];
    return list.flatMap(argumentsOf).map((text) => `${flag}:${text}`);
  });
  return [...new Set(entries)];
}

/** The words after the colon that one declaration comes to: a hook's name, a verb, a runner, events with their phase. */
function argumentsOf(declared: unknown): string[] {
  if (typeof declared === 'string') return [declared];
  const { verb, runner, events, phase } = (declared ?? {}) as Readonly<Record<string, unknown>>;
  if (Array.isArray(events)) return events.map((kind) => `${String(phase)}_${String(kind)}`);
  return [verb ?? runner].filter((one) => typeof one === 'string');
}
