import { createHash } from 'node:crypto';
import { withHiddenEscaped } from './bytes.js';
import type { FileSource } from './file-source.js';

/** Bytes that are read at a time, and how much of them is looked at again with the next. */
const STEP = 2 ** 20;
const OVERLAP = 512;
/** Finds of one kind that are kept; more say nothing new. */
const MOST_FINDS = 20;

/** Something in the bytes of a file that should not leave the author's machine. */
export interface Find {
  readonly kind: 'home' | 'secret' | 'instrumentation';
  /** What it is: the path's first part, the kind of token with all but its start masked, or the run time's name. */
  readonly text: string;
  readonly offset: number;
}

export interface ScanResult {
  readonly sha256: string;
  readonly finds: readonly Find[];
  /** The bytes hold source paths of the Rust standard library. */
  readonly rust: boolean;
}

/** Tokens that can be told by their prefix. No guessing by entropy: it mostly finds tables. */
const TOKENS: readonly (readonly [name: string, pattern: string])[] = [
  ['AWS access key', '(?<![A-Za-z0-9])AKIA[A-Z2-7]{16}(?![A-Za-z0-9])'],
  ['GitHub token', '(?<![A-Za-z0-9])(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{60,})'],
  ['GitLab token', '(?<![A-Za-z0-9])glpat-[A-Za-z0-9_-]{20}'],
  ['Slack token', '(?<![A-Za-z0-9])xox[abprs]-[A-Za-z0-9-]{20,}'],
  ['Stripe live key', '(?<![A-Za-z0-9])[rs]k_live_[A-Za-z0-9]{24,}'],
  ['Google API key', '(?<![A-Za-z0-9])AIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])'],
  ['Anthropic key', '(?<![A-Za-z0-9])sk-ant-[A-Za-z0-9_-]{32,}'],
  ['OpenAI key', '(?<![A-Za-z0-9])sk-proj-[A-Za-z0-9_-]{32,}'],
  ['npm token', '(?<![A-Za-z0-9])npm_[A-Za-z0-9]{36}(?![A-Za-z0-9])'],
  ['PyPI token', 'pypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{32,}'],
  ['private key', '-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\\r?\\n[A-Za-z0-9+/=]{40,}'],
];

/** Messages of run times that were linked in, and whose symbols are gone once the file is stripped. */
const RUN_TIMES: readonly (readonly [name: string, message: string])[] = [
  ['gcov', 'libgcov profiling error:'],
  ["LLVM's profiler", 'LLVM Profile Error: '],
  ['the undefined behaviour sanitizer', 'variable length array bound evaluates to non-positive value'],
];

const HOME = '(?<![A-Za-z0-9._-])(?:/(?:home|Users)/[A-Za-z0-9._-]{1,64}/|/root/)[A-Za-z0-9._-]{1,64}';
const WINDOWS_HOME = '[A-Za-z]:[\\\\/]Users[\\\\/][A-Za-z0-9._ -]{1,64}[\\\\/][A-Za-z0-9._-]{1,64}';
const RUST = Buffer.from('/rustc/');

/** Reads a file once from start to end: its digest, and what its strings give away. */
export async function scan(source: FileSource): Promise<ScanResult> {
  const hash = createHash('sha256');
  const patterns: readonly Pattern[] = [
    new Pattern('home', `${HOME}|${WINDOWS_HOME}`, withHiddenEscaped, false),
    ...TOKENS.map(([name, pattern]) => new Pattern('secret', pattern, (text) => `${name} ${text.slice(0, 8)}…`)),
    ...RUN_TIMES.map(([name, message]) => new Pattern('instrumentation', message, () => name, false)),
  ];
  let rust = false;
  let carried = Buffer.alloc(0);
  for (let offset = 0; offset < source.size; offset += STEP) {
    const fresh = await source.read(offset, STEP);
    hash.update(fresh);
    const window = Buffer.concat([carried, fresh]);
    rust ||= window.includes(RUST);
    const text = window.toString('latin1');
    for (const pattern of patterns) pattern.look(text, offset - carried.length);
    carried = window.subarray(Math.max(0, window.length - OVERLAP));
  }
  return { sha256: hash.digest('hex'), finds: patterns.flatMap((one) => one.finds), rust };
}

class Pattern {
  readonly finds: Find[] = [];
  private readonly seen = new Set<string>();
  private readonly expression: RegExp;

  /** @param each every place counts, and not only every different text */
  constructor(
    private readonly kind: Find['kind'],
    pattern: string,
    private readonly show: (text: string) => string,
    private readonly each = true,
  ) {
    this.expression = new RegExp(pattern, 'g');
  }

  look(text: string, base: number): void {
    for (const match of text.matchAll(this.expression)) {
      if (this.finds.length >= MOST_FINDS) return;
      const key = this.each ? `${base + match.index}` : match[0];
      if (this.seen.has(key)) continue;
      this.seen.add(key);
      this.finds.push({ kind: this.kind, text: this.show(match[0]), offset: base + match.index });
    }
  }
}
