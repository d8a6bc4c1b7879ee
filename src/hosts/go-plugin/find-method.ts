import { CpexError } from '../../support/errors.js';
import { didYouMean } from '../../support/suggest.js';
import { isOwnService } from './handshake.js';
import type { MethodType, Services } from './proto/model.js';

/** A method over a connection that was opened through the broker: `broker:3/greeter.Greeter/Hello`. */
const BROKERED = /^(broker:\d+\/)(.+)$/;
/** Methods that a message lists. */
const MOST_LISTED = 20;

/** A method as a user named it, and what the transport has to be told. */
export interface FoundMethod {
  /** The full name, with the connection where one was named. */
  readonly wire: string;
  readonly type: MethodType;
}

/**
 * The method that a name stands for: `greeter.Greeter/Hello`, with or without the package, the last word alone where
 * only one has it, and with a dot in place of the slash. Throws `CPEX_E_SERVICE_UNKNOWN`.
 * @param wanted full names of the services that are meant where several have the method
 */
export function findMethod({ services }: Services, name: string, wanted: readonly string[] = []): FoundMethod {
  const [, connection = '', asked = name] = BROKERED.exec(name) ?? [];
  const every = [...services.values()].flatMap((methods) => [...methods.values()]);
  const exact = every.find((one) => one.name === asked);
  // Those that every plugin has are called by their whole name.
  const all = every.filter((one) => !isOwnService(one.name.slice(0, one.name.indexOf('/'))));
  if (exact !== undefined) return { wire: `${connection}${exact.name}`, type: exact };
  const slashed = asked.includes('/') ? asked : asked.replace(/\.(?=[^.]*$)/, '/');
  const like = all.filter((one) => endsWith(one.name, slashed));
  const meant = like.filter((one) => wanted.includes(one.name.slice(0, one.name.indexOf('/'))));
  const [found, second, ...more] = meant.length === 1 ? meant : like;
  if (found !== undefined && second === undefined) return { wire: `${connection}${found.name}`, type: found };
  if (found === undefined || second === undefined) throw unknown(asked, all);
  throw new CpexError('CPEX_E_SERVICE_UNKNOWN', `More than one method is called ${JSON.stringify(asked)}.`, {
    evidence: [found, second, ...more].map((one) => one.name),
    remedy: 'Name the service as well.',
  });
}

/** The method of a full name; undefined for all others. */
export function methodOf({ services }: Services, wire: string): MethodType | undefined {
  const [, , name = wire] = BROKERED.exec(wire) ?? [];
  return services.get(name.slice(0, name.indexOf('/')))?.get(name);
}

/** Whether a full name ends with these words. */
function endsWith(full: string, words: string): boolean {
  if (!full.endsWith(words)) return false;
  const before = full.charAt(full.length - words.length - 1);
  return before === '' || before === '.' || before === '/';
}

function unknown(asked: string, all: readonly MethodType[]): CpexError {
  const names = all.map(({ name }) => name);
  const short = names.map((name) => name.slice(name.lastIndexOf('.', name.indexOf('/')) + 1));
  const last = names.map((name) => name.slice(name.indexOf('/') + 1));
  const hint = didYouMean(asked, names) || didYouMean(asked, short) || didYouMean(asked, last);
  const rest = names.length > MOST_LISTED ? [`and ${names.length - MOST_LISTED} more`] : [];
  return new CpexError('CPEX_E_SERVICE_UNKNOWN', `There is no method ${JSON.stringify(asked)}.${hint}`, {
    evidence: [...names.slice(0, MOST_LISTED), ...rest],
    remedy: 'Methods are named SERVICE/METHOD.',
  });
}
