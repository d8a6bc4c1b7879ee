import { fieldsOf } from '../../hosts/json-fields.js';
import { parseExact, stringifyExact } from '../../support/exact-json.js';
import { bodyChanges } from './changes.js';
import { translatesNatively } from './formats.js';
import { askedFor, type Pass } from './pass.js';
import { bytesOf, crossing } from './values.js';

/** What a body is translated between. */
export interface Direction {
  readonly from: string;
  readonly to: string;
}

/**
 * What the plugins make of a request when it goes from one format into another: normalisers one after the other,
 * then the first translator with an answer. The host's own translators are not emulated.
 */
export async function translateRequest(pass: Pass, direction: Direction, body: Uint8Array): Promise<Uint8Array> {
  const { from, to } = direction;
  const make = (now: Uint8Array) => ({
    FromFormat: from,
    ToFormat: to,
    Model: pass.model,
    Stream: pass.request.stream,
    Body: crossing(now),
  });
  const native = noteNative(pass, 'request.translate', direction);
  const start = withModel(body, pass.model);
  const normal = await ask(pass, 'request_normalizer', 'request.normalize', start, false, make);
  const translated = await ask(pass, 'request_translator', 'request.translate', normal, true, make);
  if (translated === normal && from !== to && !native) untranslated(pass, 'request.translate', direction);
  return translated;
}

/** What is known when a response is translated. */
export interface ResponseParts {
  /** The request as the client made it, and as the executor got it. */
  readonly original: Uint8Array;
  readonly translated: Uint8Array;
  readonly stream: boolean;
}

/** What the plugins make of a response: normalisers, the first translator with an answer, normalisers again. */
export async function translateResponse(
  pass: Pass,
  direction: Direction,
  parts: ResponseParts,
  body: Uint8Array,
): Promise<Uint8Array> {
  const make = (now: Uint8Array) => ({
    FromFormat: direction.from,
    ToFormat: direction.to,
    Model: pass.model,
    Stream: parts.stream,
    OriginalRequest: crossing(parts.original),
    TranslatedRequest: crossing(parts.translated),
    Body: crossing(now),
  });
  const native = noteNative(pass, 'response.translate', { from: direction.to, to: direction.from });
  const before = await ask(pass, 'response_before_translator', 'response.normalize_before', body, false, make);
  const translated = await ask(pass, 'response_translator', 'response.translate', before, true, make);
  if (translated === before && direction.from !== direction.to && !native) {
    untranslated(pass, 'response.translate', direction);
  }
  return ask(pass, 'response_after_translator', 'response.normalize_after', translated, false, make);
}

/** Asks plugins for another body: all of them one after the other, or until the first that has one. */
async function ask(
  pass: Pass,
  capability: string,
  method: string,
  start: Uint8Array,
  first: boolean,
  make: (now: Uint8Array) => object,
): Promise<Uint8Array> {
  const { frame } = pass;
  let current = start;
  for (const member of askedFor(pass, capability, false)) {
    const answer = await member.call(method, make(current), frame);
    const body = answer.ok ? bytesOf(fieldsOf(answer.result).Body) : new Uint8Array(0);
    const entry = { depth: frame.depth, stage: method, plugin: member.id };
    if (!answer.ok) {
      frame.log.add({
        ...entry,
        outcome: 'failed',
        text: `${answer.message} (the host keeps the body and says nothing)`,
      });
    } else if (body.length === 0) frame.log.add({ ...entry, outcome: 'declined', text: 'an empty body' });
    else {
      const changes = bodyChanges(current, body);
      frame.log.add({ ...entry, outcome: changes.length > 0 ? 'changed' : 'unchanged', changes });
      current = body;
      if (first) return current;
    }
  }
  return current;
}

/** Says once per stage that the real host would do this without plugins. */
function noteNative(pass: Pass, stage: string, { from, to }: Direction): boolean {
  const native = translatesNatively(from, to);
  if (native) {
    const text = `CLIProxyAPI translates between ${from} and ${to} by itself, without asking plugins; cpex does not, and asks them`;
    pass.host.once(`${stage} ${from} ${to}`, () =>
      pass.frame.log.add({ depth: pass.frame.depth, stage, outcome: 'warning', text }),
    );
  }
  return native;
}

function untranslated(pass: Pass, stage: string, { from, to }: Direction): void {
  pass.host.once(`${stage} ${from} ${to}`, () =>
    pass.frame.log.add({
      depth: pass.frame.depth,
      stage,
      outcome: 'unchanged',
      text: `nobody translates ${from} into ${to}: the body goes on as it is`,
    }),
  );
}

/** The host writes the model's name into a body in which it stands otherwise. */
function withModel(body: Uint8Array, model: string): Uint8Array {
  if (model === '') return body;
  try {
    const value = parseExact(Buffer.from(body).toString('utf8'));
    const fields = fieldsOf(value);
    if (fields !== value || fields.model === model) return body;
    return Buffer.from(stringifyExact({ ...fields, model }), 'utf8');
  } catch {
    return body;
  }
}
