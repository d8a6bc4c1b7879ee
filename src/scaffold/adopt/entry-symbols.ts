import { NATIVE_HOSTS } from '../../project/hosts.js';

/** Entry functions by host; a host finds plugins by the name alone. */
const ENTRIES: readonly (readonly [host: string, symbol: string])[] = NATIVE_HOSTS.map((host) => [
  host,
  `${host}_plugin_init`,
]);

/** How sure a text is about its entry function. */
export type EntryKind = 'defined' | 'mentioned';

/** Hosts whose entry function a source file defines or at least mentions. */
export function entriesIn(text: string, language: 'c' | 'go' | 'rust'): ReadonlyMap<string, EntryKind> {
  const found = new Map<string, EntryKind>();
  for (const [host, symbol] of ENTRIES) {
    if (!text.includes(symbol)) continue;
    found.set(host, definition(symbol, language).test(text) ? 'defined' : 'mentioned');
  }
  return found;
}

function definition(symbol: string, language: 'c' | 'go' | 'rust'): RegExp {
  // Parameters may hold brackets of their own, but neither `;` nor `{`.
  const inC = `\\b${symbol}\\s*\\([^;{}]*\\)\\s*\\{`;
  if (language === 'c') return new RegExp(inC);
  if (language === 'go') return new RegExp(`^//export\\s+${symbol}\\s*$|${inC}`, 'm');
  return new RegExp(`\\bfn\\s+${symbol}\\s*\\(|export_name\\s*=\\s*"${symbol}"`);
}

/** The entry functions that can be exported, for messages. */
export function entrySymbols(): readonly string[] {
  return ENTRIES.map(([, symbol]) => symbol);
}

/** The host whose entry function a library exports. */
export function hostOfExports(exports: readonly string[]): string | undefined {
  return ENTRIES.find(([, symbol]) => exports.includes(symbol))?.[0];
}
