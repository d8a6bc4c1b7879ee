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
