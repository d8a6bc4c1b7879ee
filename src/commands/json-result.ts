/** Version of the object that `--json` prints. */
const JSON_VERSION = 1;

/** Whether the command line, or the environment, asks for JSON; also true for one that cannot be parsed. */
export function wantsJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  const own = end === -1 ? argv : argv.slice(0, end);
  return own.includes('--json') || /^(1|true|yes|y)$/i.test(process.env.CPEX_JSON ?? '');
}

/** Prints the one object of a command; `command` is null where none was recognised. */
export function printJson(command: string | null, body: object): void {
  process.stdout.write(`${stringifyJson({ v: JSON_VERSION, command, ...body })}\n`);
}

/** JSON with 64-bit integers as they are and bytes as base64, on one line. */
export function stringifyJson(value: unknown): string {
  const raw = new Map<string, string>();
  const text = JSON.stringify(value, function (this: Record<string, unknown>, key, one: unknown) {
    // A Buffer comes here as what its toJSON makes of it; the holder still has the bytes.
    const bytes = this[key];
    if (bytes instanceof Uint8Array) return Buffer.from(bytes).toString('base64');
    if (typeof one !== 'bigint') return one;
    const mark = `cpex-integer-${raw.size}-${one}`;
    raw.set(`"${mark}"`, one.toString());
    return mark;
  });
  // JSON.stringify refuses bigints; lossless-json is too heavy for a light command.
  return raw.size === 0 ? text : text.replace(/"cpex-integer-\d+--?\d+"/g, (mark) => raw.get(mark) ?? mark);
}
