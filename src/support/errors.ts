import type { ErrorKind } from './codes/entry.js';
import { CODES, type ErrorCode } from './codes/index.js';

/** What an error says beyond its message. */
export interface ErrorDetails {
  /** Measured facts, one per line: a path, a position, a tool's last words. */
  readonly evidence?: readonly string[];
  /** The next step for the person who reads this. */
  readonly remedy?: string;
  /** A tool's own last lines, shown as they are, before the error. */
  readonly output?: readonly string[];
  readonly cause?: unknown;
}

const BRAND = Symbol.for('cpex.error');

/** Any failure that cpex reports on purpose. Kind and exit code follow from the code. */
export class CpexError extends Error {
  override readonly name = 'CpexError';
  readonly [BRAND] = true;
  readonly kind: ErrorKind;
  readonly exit: number;
  readonly evidence: readonly string[];
  readonly remedy: string | undefined;
  readonly output: readonly string[];

  constructor(
    readonly code: ErrorCode,
    message: string,
    details: ErrorDetails = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.kind = CODES[code].kind;
    this.exit = CODES[code].exit;
    this.evidence = details.evidence ?? [];
    this.remedy = details.remedy;
    this.output = details.output ?? [];
  }

  /** The form that `--json` prints. */
  toJSON(): Record<string, unknown> {
    return {
      code: this.code,
      kind: this.kind,
      exit: this.exit,
      message: this.message,
      ...(this.evidence.length > 0 ? { evidence: this.evidence } : {}),
      ...(this.output.length > 0 ? { output: this.output } : {}),
      ...(this.remedy === undefined ? {} : { remedy: this.remedy }),
    };
  }
}

/** True for our errors, also for those of another copy of this module (the bundle has two). */
export function isCpexError(value: unknown): value is CpexError {
  return typeof value === 'object' && value !== null && (value as { [BRAND]?: unknown })[BRAND] === true;
}

/** Node's error code (`ENOENT`, `EACCES`, …) or undefined. */
export function systemCode(value: unknown): string | undefined {
  const code = (value as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : undefined;
}
