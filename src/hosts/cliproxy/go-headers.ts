/** What a header's name is made of: a token of RFC 7230. */
export const HEADER_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** A header's name as Go's net/http writes it: `x-api-key` becomes `X-Api-Key`; what is no name stays as it is. */
export function canonicalHeader(name: string): string {
  if (!HEADER_NAME.test(name)) return name;
  return name
    .toLowerCase()
    .replace(/(^|-)([a-z])/g, (_, before: string, letter: string) => before + letter.toUpperCase());
}

/** Headers as Go's http.Header holds them. Of two spellings of a name the later one counts. */
export function canonicalHeaders(
  headers: Readonly<Record<string, string | readonly string[]>>,
): Record<string, readonly string[]> {
  const named = Object.entries(headers).map(
    ([name, values]) => [canonicalHeader(name), typeof values === 'string' ? [values] : values] as const,
  );
  return Object.fromEntries(named);
}
