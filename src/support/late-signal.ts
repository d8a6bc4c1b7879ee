/** A signal that comes after another one, for those who may finish what they do. */
export interface LateSignal {
  readonly signal: AbortSignal;
  /** The later signal will not fire any more. */
  stop(): void;
}

/** Fires so many milliseconds after the first signal, with its reason. */
export function lateSignal(first: AbortSignal, milliseconds: number): LateSignal {
  const late = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const start = () => {
    timer = setTimeout(() => late.abort(first.reason), milliseconds);
  };
  if (first.aborted) start();
  else first.addEventListener('abort', start, { once: true });
  return {
    signal: late.signal,
    stop: () => {
      first.removeEventListener('abort', start);
      clearTimeout(timer);
    },
  };
}
