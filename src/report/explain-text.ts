import chalk from 'chalk';
import type { CodeEntry } from '../support/codes/entry.js';
import { CODES } from '../support/codes/index.js';
import { CpexError } from '../support/errors.js';
import { nearest } from '../support/suggest.js';
import { wrap } from './wrap.js';

interface Explanation {
  readonly value: unknown;
  readonly text: string;
}

const PREFIX = 'CPEX_E_';

const WHO: Record<CodeEntry['kind'], string> = {
  user: 'your input',
  environment: 'this machine',
  child: 'the plugin or a tool',
  bug: 'cpex',
};

const entries = new Map<string, CodeEntry>(Object.entries(CODES));

/** The long form of one code; upper and lower case and a missing prefix are forgiven. */
export function explainCode(word: string): Explanation {
  const upper = word.toUpperCase();
  const code = upper.startsWith(PREFIX) ? upper : `${PREFIX}${upper}`;
  const entry = entries.get(code);
  if (entry === undefined) {
    const near = nearest(
      code.slice(PREFIX.length),
      [...entries.keys()].map((known) => known.slice(PREFIX.length)),
    );
    const hint = near === undefined ? '' : ` Did you mean ${PREFIX}${near}?`;
    throw new CpexError('CPEX_E_UNKNOWN_CODE', `There is no error code ${word}.${hint}`, {
      remedy: 'cpex explain lists all codes.',
    });
  }
  const facts = `${WHO[entry.kind]} · exit code ${entry.exit}`;
  return {
    value: { code, ...entry },
    text: `${chalk.bold(code)}  ${chalk.dim(facts)}\n${entry.title}\n\n${wrap(entry.text, 80).join('\n')}`,
  };
}

/** All codes, one line each. */
export function renderCodes(): Explanation {
  const rows = [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
  const width = Math.max(...rows.map(([code]) => code.length));
  return {
    value: rows.map(([code, entry]) => ({ code, ...entry })),
    text: rows.map(([code, entry]) => `${code.padEnd(width)}  ${entry.exit}  ${entry.title}`).join('\n'),
  };
}
