import { readFileSync } from 'node:fs';
import path from 'node:path';
import { writeOutput } from '../../report/write-output.js';
import { CpexError, systemCode } from '../../support/errors.js';
import { exactNumbers, parseExact, stringifyExact } from '../../support/exact-json.js';
import { type Mismatch, match } from './match.js';
import type { Case } from './types.js';

/** Recorded results, one file `<case file>.snap.json` for each case file, by case name. */
export class Snapshots {
  private readonly files = new Map<string, Map<string, unknown>>();
  private readonly changed = new Set<string>();

  /** @param update record what comes instead of comparing with what was recorded */
  constructor(private readonly update: boolean) {}

  /** Mismatches with the recorded value; a missing record is one, unless `update` was asked for. */
  compare(one: Case, actual: unknown): Mismatch[] {
    const records = this.records(one.file);
    if (this.update) {
      if (!records.has(one.name) || match(actual, { $equal: records.get(one.name) }).length > 0) {
        records.set(one.name, actual);
        this.changed.add(one.file);
      }
      return [];
    }
    if (!records.has(one.name)) {
      return [{ path: 'snapshot', expected: 'a recorded result (cpex test --update records it)', actual: 'none' }];
    }
    return match(actual, { $equal: records.get(one.name) }, 'snapshot');
  }

  /** Writes what was recorded. Returns the files written. */
  async save(): Promise<string[]> {
    const written: string[] = [];
    for (const file of this.changed) {
      const records = [...this.records(file)].sort(([a], [b]) => (a < b ? -1 : 1));
      const lines = records.map(([name, value]) => `  ${JSON.stringify(name)}: ${stringifyExact(value)}`);
      const target = snapshotFile(file);
      await writeOutput(target, `{\n${lines.join(',\n')}\n}\n`, 'The snapshot');
      written.push(target);
    }
    return written;
  }

  private records(file: string): Map<string, unknown> {
    const known = this.files.get(file);
    if (known !== undefined) return known;
    const records = new Map<string, unknown>(Object.entries(readRecords(snapshotFile(file))));
    this.files.set(file, records);
    return records;
  }
}

function snapshotFile(file: string): string {
  return path.join(path.dirname(file), `${path.basename(file)}.snap.json`);
}

function readRecords(file: string): object {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return {};
    throw error;
  }
  try {
    return exactNumbers(parseExact(text)) as object;
  } catch (error) {
    throw new CpexError('CPEX_E_CASE_INVALID', `${file} does not hold recorded results.`, {
      evidence: [(error as Error).message],
      remedy: 'Remove the file and record again with cpex test --update.',
    });
  }
}
