/** Names as an archive may spell them, read without guessing. */
const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** The text of a name; undefined when its bytes are no UTF-8. Archives without the mark for UTF-8 are mostly ASCII. */
export function decodeName(bytes: Uint8Array): string | undefined {
  try {
    return UTF8.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Why a name in an archive is refused, to be put after the name; undefined when it is a plain relative path. */
export function nameProblem(name: string): string | undefined {
  if (name.trim() === '') return 'is empty';
  if (name.includes('\\')) return 'uses backslash path separators';
  if (name.startsWith('/') || /^[A-Za-z]:/.test(name)) return 'is absolute';
  if (/[\p{Cc}\u2028\u2029]/u.test(name)) return 'holds control characters';
  const parts = name.replace(/\/$/, '').split('/');
  if (parts.includes('..')) return 'escapes the archive root';
  if (parts.some((part) => part === '' || part === '.')) return 'is no plain path';
  return undefined;
}

/** Names that one file system or another takes for the same are equal here. */
export function foldedName(name: string): string {
  return name.replace(/\/$/, '').normalize('NFC').toLowerCase();
}

/** True for what any host would load. */
export function isLibraryName(name: string): boolean {
  return /\.(?:so|dylib|dll)$/i.test(name);
}
