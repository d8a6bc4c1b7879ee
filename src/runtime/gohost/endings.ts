/** How Go begins to say why it ends a process: a signal by its name, a panic, a fault of its runtime. */
const SIGNAL = /^(SIG[A-Z0-9]+): /m;
const TOLD = /^(?:panic: |fatal error: |runtime: )/m;

/**
 * The signal that an exit of the Go host amounts to: a Go program does not die of a signal but prints its trace and ends
 * with code 2. Undefined where the plugin ended the process with that code by itself.
 * @param said what the process printed to stderr last
 */
export function goCrash(code: number | null, said: string): string | undefined {
  if (code !== 2) return undefined;
  return SIGNAL.exec(said)?.[1] ?? (TOLD.test(said) ? 'SIGABRT' : undefined);
}
