import { linkOf } from './link-facts.js';
import { auditFile } from './report.js';

/** What a library shows of the run-time library that it calls. */
const MARKS = { address: /^__asan_/, thread: /^__tsan_/, undefined: /^__ubsan_/ } as const;

/**
 * The sanitizer that a library is instrumented with, read off the symbols that it wants from outside; undefined where
 * there is none. Throws as `auditFile`.
 */
export async function builtWith(file: string): Promise<keyof typeof MARKS | undefined> {
  const { facts } = await auditFile(file, { kind: 'library', sanitizer: true });
  const names = (linkOf(facts)?.imports ?? []).map(({ name }) => name);
  const found = Object.entries(MARKS).find(([, mark]) => names.some((name) => mark.test(name)));
  return found?.[0] as keyof typeof MARKS | undefined;
}
