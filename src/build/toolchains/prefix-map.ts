/** Paths in which neither a shell nor a compiler's option reader sees anything special. */
const PLAIN = /^[\p{L}\p{N}\p{M} _./+@,:\\-]+$/u;

/**
 * Whether a folder can be named in a "replace this prefix" option. Where it cannot, the build goes
 * on without: the library then depends on the folder it was built in, and nothing else breaks.
 */
export function canMapPrefix(folder: string): boolean {
  return PLAIN.test(folder);
}
