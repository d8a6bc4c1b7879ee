/** A file that is not what its own headers say: truncated, contradictory or hostile. */
export class BinaryError extends Error {
  override readonly name = 'BinaryError';

  constructor(
    /** `truncated`: data that the headers promise is beyond the end; `malformed`: anything else. */
    readonly reason: 'truncated' | 'malformed',
    message: string,
    /** Offset in the file that the complaint is about, where there is one. */
    readonly offset?: number,
  ) {
    super(message);
  }
}

/**
 * Throws a `BinaryError` for a part that goes beyond the end of what holds it.
 * @param what the part, for the message: `the symbol table`
 * @param end where it should end, and `size` how much there is, both in bytes from the holder's start
 * @param at where it begins in the file
 */
export function requireEndWithin(
  what: string,
  end: number,
  size: number,
  at: number,
  holder: 'file' | 'library' = 'file',
): void {
  if (end <= size) return;
  throw new BinaryError('truncated', `The ${holder} ends at byte ${size}, but ${what} should end at byte ${end}.`, at);
}
