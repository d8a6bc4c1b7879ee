import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { Bench, failureOf, koffiKit } from './harness.js';
import { endingSuite } from './suites/endings.js';

endingSuite(koffiKit);

const bench = new Bench();
afterAll(() => bench.remove());

test('a child that does not run is not the plugin’s fault', async () => {
  const ending = await failureOf(
    bench.start('/nowhere/plugin.so', {}, { childEntry: path.join(bench.folder, 'none.cjs') }),
  );
  expect(ending).toMatchObject({ kind: 'harness-fault' });
});
