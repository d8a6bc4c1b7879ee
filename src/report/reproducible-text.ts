import chalk from 'chalk';

/** The parts of a comparison that people see. */
export interface ReproducibleView {
  readonly targets: readonly {
    readonly target: string;
    readonly same: boolean;
    readonly sha256: readonly [string, string];
    readonly sizes: readonly [number, number];
    readonly differences: readonly DifferenceView[];
  }[];
  readonly skipped: readonly { readonly target: string; readonly reason: string }[];
  readonly failures: readonly {
    readonly target: string;
    readonly error: { readonly code: string; readonly message: string };
  }[];
  readonly unfit: readonly string[];
}

interface DifferenceView {
  readonly section: string;
  readonly offset: number;
  readonly symbol?: string;
  readonly bytes?: number;
  readonly sizes: readonly [number, number];
  readonly cause: Cause;
  readonly text?: readonly [string, string];
}

type Cause = 'timestamp' | 'path' | 'build-id' | 'signature' | 'checksum' | 'unknown';

/** Differences of one library to show; the result of `--json` has them all. */
const SHOWN = 5;

const CAUSES: Readonly<Record<Cause, string>> = {
  timestamp: 'a time of the build',
  path: 'the folder of the build',
  'build-id': 'a digest of the rest',
  signature: 'page hashes of the rest',
  checksum: 'a checksum of the rest',
  unknown: 'random numbers, the order of a folder, or memory that nobody set',
};

/** How to get rid of each cause; consequences have no remedy of their own. */
const REMEDIES: Partial<Record<Cause, string>> = {
  timestamp: 'Take the time from SOURCE_DATE_EPOCH, which cpex sets for release builds, or leave it out.',
  path: 'Keep absolute folders out: cpex maps those of the project for __FILE__ and panics, not those that a script writes.',
  unknown: 'Look at what generates sources during the build: sort lists, seed random numbers with a constant.',
};

/** One line for each target, and where the libraries differ. */
export function renderReproducible(result: ReproducibleView): string {
  const lines: string[] = [];
  for (const one of result.targets) {
    if (one.same) {
      lines.push(`${chalk.green('✓')} ${one.target}  same sha256 ${chalk.dim(one.sha256[0])}`);
      continue;
    }
    lines.push(`${chalk.red('✗')} ${one.target}  two builds differ`);
    lines.push(chalk.dim(`    sha256 ${one.sha256[0]}, ${one.sizes[0]} bytes`));
    lines.push(chalk.dim(`    sha256 ${one.sha256[1]}, ${one.sizes[1]} bytes`));
    for (const difference of one.differences.slice(0, SHOWN)) lines.push(`    ${differenceLine(difference)}`);
    const more = one.differences.length - SHOWN;
    if (more > 0) lines.push(chalk.dim(`    and ${more} more`));
    const causes = new Set(one.differences.map(({ cause }) => cause));
    for (const cause of causes)
      if (REMEDIES[cause] !== undefined) lines.push(`    ${chalk.cyan('→')} ${REMEDIES[cause]}`);
  }
  const failed = [
    ...result.failures.map(({ target, error }) => [target, `${error.message} ${chalk.dim(error.code)}`]),
    ...result.unfit.map((target) => [target, 'What was built did not pass the audit.']),
  ];
  for (const [target, why] of failed) {
    lines.push(
      `${chalk.red('✗')} ${target}  not compared: ${why}`,
      `    ${chalk.cyan('→')} cpex build --target ${target}`,
    );
  }
  for (const { target, reason } of result.skipped) lines.push(chalk.dim(`- ${target}: ${reason}`));
  return lines.join('\n');
}

function differenceLine({ section, offset, symbol, bytes, sizes, cause, text }: DifferenceView): string {
  const place = `${section}+0x${offset.toString(16)}${symbol === undefined ? '' : ` (${symbol})`}`;
  const size = bytes === undefined ? `${sizes[0]} and ${sizes[1]} bytes` : `${bytes} of ${sizes[0]} bytes`;
  const words = text === undefined ? '' : ` ${JSON.stringify(text[0])} and ${JSON.stringify(text[1])}`;
  return `${chalk.bold(place)}, ${size}: ${CAUSES[cause]}${chalk.dim(words)}`;
}
