import { afterAll, describe, it } from 'vitest';
import { Cli } from '../support/cli.js';
import { compileC, missingTools } from '../support/compile.js';
import { MISBEHAVIOUR } from './defects.js';
import { checkDefect } from './matrix.js';

const missing = missingTools('cc');
const cli = new Cli();
afterAll(() => cli.remove());

describe.skipIf(missing !== undefined)(
  `broken plugins: misbehaviour${missing === undefined ? '' : ` (${missing})`}`,
  () => {
    it.each(MISBEHAVIOUR)('$plugin', { timeout: 300_000 }, async (defect) => {
      await checkDefect(defect, compileC(defect.plugin, cli.folder), cli);
    });
  },
);
