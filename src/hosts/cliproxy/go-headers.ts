/** A header's name as Go's net/http writes it: a capital at the start and behind each dash. */
export function goHeaderName(name: string): string {
  // Names with characters that no header has stay as they are.
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) return name;
  return name
    .toLowerCase()
    .replace(/(^|-)([a-z])/g, (_, before: string, letter: string) => before + letter.toUpperCase());
}
