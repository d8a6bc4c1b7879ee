/** Formats that the host translates by itself: each of the first into each of the second. */
const NATIVE_SOURCES: readonly string[] = ['openai', 'openai-response', 'claude', 'gemini'];
const NATIVE_TARGETS: readonly string[] = ['openai', 'claude', 'gemini', 'codex', 'antigravity'];

/** Whether the host has a translator of its own for requests of one format into another. */
export function translatesNatively(from: string, to: string): boolean {
  return from !== to && NATIVE_SOURCES.includes(from) && NATIVE_TARGETS.includes(to);
}

/** What is known about translation when an executor's formats are chosen. */
export interface Translators {
  /** Plugins translate requests. */
  readonly requests: boolean;
  /** Plugins translate responses. */
  readonly responses: boolean;
}

/** Formats in which an executor gets a request and gives its answer, or why it cannot serve. */
export type ChosenFormats = { readonly input: string; readonly output: string } | { readonly problem: string };

/**
 * Chooses the formats of an executor for a request that came in one format.
 * @param provider name of the executor, for the host's message
 */
export function chooseFormats(
  provider: string,
  declared: { readonly input: readonly string[]; readonly output: readonly string[] },
  requested: string,
  translators: Translators,
): ChosenFormats {
  const problem = (text: string) => ({ problem: `plugin executor ${provider} ${text}` });
  if (declared.input.length === 0) return problem('declares no input formats');
  const reads = (format: string) => format === requested || translatesNatively(requested, format);
  const input =
    [requested, ...declared.input].find((format) => declared.input.includes(format) && reads(format)) ??
    (translators.requests ? declared.input[0] : undefined);
  if (input === undefined) return problem(`does not support input format "${requested}"`);
  if (declared.output.length === 0) return problem('declares no output formats');
  const writes = (format: string) =>
    format === requested || translatesNatively(requested, format) || translators.responses;
  const output = [requested, input, ...declared.output].find(
    (format) => declared.output.includes(format) && writes(format),
  );
  if (output === undefined) return problem(`does not support output format "${requested}"`);
  return { input, output };
}
