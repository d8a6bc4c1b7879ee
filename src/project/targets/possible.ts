import type { ArtefactKind, Language, Target } from '../../model/target.js';

/** Whether a language can make a plugin for a target at all, on any machine. */
export type Possibility =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: string; readonly remedy: string };

/** Judges a pair before any tool is started. Missing tools are not its business. */
export function possible(language: Language, target: Target, kind: ArtefactKind): Possibility {
  if (kind === 'library' && language === 'go' && target.libc === 'musl') {
    return {
      ok: false,
      reason:
        'Go shared libraries cannot be loaded by a musl process: the Go runtime uses initial-exec thread-local storage and reads argc and argv from its constructor (golang/go#54805).',
      remedy: `Build for ${target.name.replace('-musl', '')} and run it on a glibc system, or write the plugin in C or Rust.`,
    };
  }
  return { ok: true };
}
