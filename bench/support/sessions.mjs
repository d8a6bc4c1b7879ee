// Sessions of the native engine, as the commands use it: its parent's side is bundled from the
// sources, the child is the built one.
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import * as esbuild from 'esbuild';
import { measured, repository } from './package.mjs';

/** Milliseconds; generous, for nothing here is about deadlines. */
const LONG = 120_000;

/**
 * Returns a function that opens a pipeline of plugins with the host of `cpex run pipeline`.
 * `folder` takes the bundle and is the working folder of the plugins.
 */
export async function pipelineOpener(folder) {
  const outfile = path.join(folder, 'pipeline.cjs');
  await esbuild.build({
    absWorkingDir: repository,
    stdin: {
      contents: `export * from './src/pipeline/cpex/pipeline.ts'; export * from './src/runtime/native/engine.ts';`,
      resolveDir: repository,
      loader: 'ts',
    },
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    format: 'cjs',
    // Where the package lies is found without it in this format.
    logOverride: { 'empty-import-meta': 'silent' },
    outfile,
  });
  const { nativeEngine, openPipeline } = createRequire(outfile)(outfile);
  const engine = nativeEngine({ childEntry: path.join(measured, 'dist', 'child.cjs') });
  const signal = new AbortController().signal;
  return (config) => openPipeline(config, { cwd: folder, signal, allowNet: false, engine });
}

/** Returns a function that starts a session with a plugin. `folder` takes the bundle. */
export async function sessionStarter(folder) {
  const outfile = path.join(folder, 'engine.mjs');
  await esbuild.build({
    absWorkingDir: repository,
    entryPoints: ['src/runtime/native/engine.ts'],
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    format: 'esm',
    outfile,
  });
  const { nativeEngine } = await import(pathToFileURL(outfile).href);
  const engine = nativeEngine({ childEntry: path.join(measured, 'dist', 'child.cjs') });
  return (artefact, options = {}) =>
    engine.start({
      artefact,
      target: 'linux-x64',
      native: { entry: 'cpex_plugin_init', abiVersion: 1 },
      cwd: folder,
      deadlines: { start: LONG, call: LONG, stop: LONG },
      services: { answer: async () => ({ code: 1, body: Buffer.alloc(0) }) },
      ...options,
    });
}
