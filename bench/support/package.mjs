// Which cpex is measured, and with what environment.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** This repository. */
export const repository = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** Folder of the cpex that is measured: `CPEX_BENCH_PACKAGE`, or this repository as it was built last. */
export const measured = path.resolve(process.env.CPEX_BENCH_PACKAGE ?? repository);

/** The start file of that cpex. */
export const cpex = path.join(measured, 'bin', 'run.cjs');

/** Variables that would change what Node or cpex does; above all a CA bundle, which Node 20 reads at every start. */
const LEFT_OUT = ['NODE_EXTRA_CA_CERTS', 'NODE_OPTIONS', 'NODE_V8_COVERAGE', 'FORCE_COLOR', 'CPEX_CODE_CACHE'];

/** The environment of every child, in both arms of every comparison. */
export function environment(more = {}) {
  const env = { ...process.env, NO_COLOR: '1', CI: 'true' };
  for (const name of LEFT_OUT) delete env[name];
  return { ...env, ...more };
}

/** Refuses to measure something that is not there. */
export function requireBuilt() {
  if (existsSync(path.join(measured, 'dist', 'core.cjs'))) return;
  throw new Error(`${measured} has not been built: run "npm run build" first.`);
}
