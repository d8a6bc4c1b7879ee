import type { RunContext } from '../../../model/context.js';
import { CpexError } from '../../../support/errors.js';

export async function harnessCommand(_file: string | undefined, _context: RunContext): Promise<never> {
  throw new CpexError('CPEX_E_FUZZ', 'not yet');
}
