import type { Observation } from '../../model/watch.js';
import { decodeFields } from '../wire/fields.js';

/** Reads what an experiment has seen. Throws a RangeError for bytes that are no fields. */
export function readObservation(bytes: Uint8Array): Observation {
  const fields = decodeFields(Buffer.from(bytes));
  const first = (wanted: string) => fields.find(([name]) => name === wanted)?.[1];
  return {
    text: (name) => first(name)?.toString(),
    number: (name) => {
      const value = first(name);
      if (value === undefined) throw new RangeError(`The experiment does not say "${name}".`);
      return Number(value.toString());
    },
    all: (wanted) => fields.filter(([name]) => name === wanted).map(([, value]) => value),
  };
}
