// What runs in processes of its own: the plugin's child, its worker thread and the guardian.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';

/** esbuild options of the child's bundles, on top of those that all bundles share. */
export function childBundles() {
  return [
    {
      entryPoints: {
        child: 'src/host-process/child.ts',
        'child-worker': 'src/host-process/worker.ts',
        guardian: 'src/host-process/guardian.ts',
      },
      outExtension: { '.js': '.cjs' },
    },
  ];
}

/** Builds only these, for work on the host process. */
export async function buildChildren(root, outdir = path.join(root, 'dist')) {
  for (const config of childBundles()) {
    await esbuild.build({
      absWorkingDir: root,
      bundle: true,
      platform: 'node',
      target: 'node20.19',
      format: 'cjs',
      external: ['koffi'],
      logLevel: 'warning',
      ...config,
      outdir,
    });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await buildChildren(path.dirname(path.dirname(fileURLToPath(import.meta.url))));
}
