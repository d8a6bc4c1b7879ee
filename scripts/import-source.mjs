// Runs TypeScript of src/ in a script: what several modules export, bundled and imported.
import { mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as esbuild from 'esbuild';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** Everything that the modules export, named by their paths below src/. */
export async function importSource(...files) {
  // Inside the package, so that what is imported by name is found.
  const folder = mkdtempSync(path.join(root, 'node_modules', '.cpex-docs-'));
  const outfile = path.join(folder, 'source.mjs');
  try {
    await esbuild.build({
      stdin: {
        contents: files.map((file) => `export * from './src/${file}';`).join('\n'),
        resolveDir: root,
        loader: 'ts',
      },
      bundle: true,
      packages: 'external',
      format: 'esm',
      platform: 'node',
      outfile,
      logLevel: 'error',
    });
    return await import(pathToFileURL(outfile).href);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
