import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { ServiceScript } from '../model/script.js';
import { type HostAnswers, toScript } from '../project/host-script.js';
import { CpexError, systemCode } from '../support/errors.js';
import { readExactYaml } from '../support/exact-yaml.js';
import { validate } from '../support/schemas.js';

/**
 * Reads what the host is to answer: a YAML or JSON file that holds what stands under `host` in a case
 * file, or a case file. Throws CPEX_E_RUN_ANSWERS.
 */
export async function readAnswers(word: string, cwd: string): Promise<ServiceScript> {
  const file = path.resolve(cwd, word.replace(/^@/, ''));
  const { value, problems } = readExactYaml(await textOf(file));
  if (problems.length > 0) {
    throw unusable(
      file,
      problems.map(({ message }) => message),
    );
  }
  const fields = (typeof value === 'object' && value !== null ? value : {}) as { host?: unknown };
  const host = fields.host ?? fields;
  // The schema of a case, around answers that have no case.
  const wrapped = { name: 'answers', method: 'any', host, expect: { result: null } };
  const broken = validate('case', wrapped).map(({ path: at, message }) => `${at.slice(1).join('.')}: ${message}`);
  if (broken.length > 0) throw unusable(file, broken);
  return toScript(host as HostAnswers);
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const missing = systemCode(error) === 'ENOENT';
    throw new CpexError('CPEX_E_RUN_ANSWERS', `${missing ? 'There is no file' : 'Cannot read'} ${file}.`, {
      evidence: missing ? [] : [(error as Error).message],
    });
  }
}

function unusable(file: string, evidence: readonly string[]): CpexError {
  return new CpexError('CPEX_E_RUN_ANSWERS', `${file} does not hold answers of a host.`, {
    evidence,
    remedy: 'Write what stands under "host" in a case file: http, model, auth, server, kv, config, archive, cancelled.',
  });
}
