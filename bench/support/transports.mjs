// Sessions of all transports, as the commands use them: the parent's side is bundled from the sources, guardian and
// child are the built ones.
import { cpSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import * as esbuild from 'esbuild';
import { measured, repository } from './package.mjs';

/** Milliseconds; generous, for nothing here is about deadlines. */
const LONG = 120_000;

const ENGINES = `
  export * from './src/runtime/native/engine.ts';
  export * from './src/runtime/grpc/engine.ts';
  export * from './src/runtime/stdio/engine.ts';`;

/** Returns a function that starts a session by the name of the engine: `native`, `grpc` or `stdio`. */
export async function transportStarter(folder) {
  // The bundle looks above itself for the package whose guardian it starts.
  writeFileSync(path.join(folder, 'package.json'), '{"name":"cpex"}');
  symlinkSync(path.join(measured, 'dist'), path.join(folder, 'dist'));
  const outfile = path.join(folder, 'engines.cjs');
  await esbuild.build({
    absWorkingDir: repository,
    stdin: { contents: ENGINES, resolveDir: repository, loader: 'ts' },
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    format: 'cjs',
    logOverride: { 'empty-import-meta': 'silent' },
    outfile,
  });
  const { nativeEngine, grpcEngine, stdioEngine } = createRequire(outfile)(outfile);
  const engines = { native: nativeEngine(), grpc: grpcEngine({ under: [] }), stdio: stdioEngine({ under: [] }) };
  return (engine, artefact, rules) =>
    engines[engine].start({
      artefact,
      target: 'linux-x64',
      ...rules,
      cwd: folder,
      deadlines: { start: LONG, call: LONG, stop: LONG },
      services: { answer: async () => ({ code: 12, body: Buffer.from('{}') }) },
    });
}

/** The sources of the tau plugin with the SDK of the templates beside it, ready to be compiled. */
export function tauSources(folder) {
  const sources = path.join(folder, 'echo-tau');
  cpSync(path.join(repository, 'bench/native/echo-tau'), sources, { recursive: true });
  cpSync(path.join(repository, 'templates/hosts/tau/go/internal'), path.join(sources, 'internal'), { recursive: true });
  return sources;
}
