/** Text from outside on one line, with everything that could disturb a terminal written as `\xNN`. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu, escapeOf);
}

function escapeOf(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16);
  return code.length <= 2 ? `\\x${code.padStart(2, '0')}` : `\\u{${code}}`;
}

/** The beginning of a text from outside, on one line. */
export function printableStart(text: string, most = 200): string {
  return text.length > most ? `${printable(text.slice(0, most))}…` : printable(text);
}
