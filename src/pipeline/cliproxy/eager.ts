/**
 * Reads a stream as fast as it comes, whoever reads on: a plugin that streams is held up by its host alone,
 * never by another plugin that looks at the pieces. Ends with an error when `over` comes first.
 * @param over resolves with a reason when nothing can come any more
 * @param cancel is called when nobody wants the rest
 */
export function eager(
  source: AsyncIterable<Uint8Array>,
  over: Promise<string>,
  cancel: () => void,
): AsyncIterable<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let ended: { error?: unknown } | undefined;
  let wake: () => void = () => undefined;
  const end = (how: { error?: unknown }) => {
    ended ??= how;
    wake();
  };
  void (async () => {
    for await (const piece of source) {
      if (ended !== undefined) return;
      pieces.push(piece);
      wake();
    }
  })().then(
    () => end({}),
    (error: unknown) => end({ error }),
  );
  void over.then((reason) => end({ error: new StreamBroken(reason) }));
  return {
    async *[Symbol.asyncIterator]() {
      try {
        for (;;) {
          const piece = pieces.shift();
          if (piece !== undefined) yield piece;
          else if (ended === undefined) {
            await new Promise<void>((resolve) => {
              wake = resolve;
            });
          } else if ('error' in ended) throw ended.error;
          else return;
        }
      } finally {
        if (ended === undefined) cancel();
        end({});
      }
    },
  };
}

/** A stream of which somebody hears also when it is given up before its first piece was asked for. */
export function closable(source: AsyncGenerator<Uint8Array>, givenUp: () => void): AsyncIterable<Uint8Array> {
  let begun = false;
  const end = async (): Promise<IteratorResult<Uint8Array>> => {
    if (!begun) givenUp();
    begun = true;
    return source.return(undefined);
  };
  const next = () => {
    begun = true;
    return source.next();
  };
  return { [Symbol.asyncIterator]: () => ({ next, return: end }) };
}

/** A stream whose plugin is gone. */
export class StreamBroken extends Error {
  override readonly name = 'StreamFailure';
}

/** The text of an error with which a stream ended; undefined for errors that are none of a stream. */
export function streamError(error: unknown): string | undefined {
  return error instanceof Error && error.name === 'StreamFailure' ? error.message : undefined;
}
