// Builds the published form of cpex into dist/: the bundles, oclif's manifest and the help texts.
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import { childBundles } from './bundles.mjs';
import { writeHelp } from './help.mjs';
import { writeManifest } from './manifest.mjs';
import { writeNotices } from './notices.mjs';
import { fuzzingApart, remoteApart, remoteEntry, servicesPlugin } from './services-plugin.mjs';
import { writeValidators } from './validators.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const dist = path.join(root, 'dist');
/** Bundles are made here and moved into place, so that a running cpex never meets half a file. */
const fresh = path.join(root, `dist.${process.pid}.tmp`);

/** ICU's collator costs 6 ms at its first use; ids are ASCII. */
const asciiSort = {
  name: 'ascii-sort',
  setup(build) {
    build.onLoad({ filter: /@oclif[\\/]core[\\/]lib[\\/]config[\\/]plugin\.js$/ }, ({ path: file }) => {
      const source = readFileSync(file, 'utf8');
      const contents = source.replace('a.id.localeCompare(b.id)', '(a.id < b.id ? -1 : a.id > b.id ? 1 : 0)');
      if (contents === source) throw new Error('The sort in @oclif/core has changed: look at asciiSort again.');
      return { contents, loader: 'js' };
    });
  },
};

/** chalk knows FORCE_COLOR and not NO_COLOR, by which people turn colours off everywhere. */
const honoursNoColor = {
  name: 'no-color',
  setup(build) {
    build.onLoad({ filter: /chalk[\\/]source[\\/]vendor[\\/]supports-color[\\/]index\.js$/ }, ({ path: file }) => {
      const source = readFileSync(file, 'utf8');
      const start = 'function envForceColor() {';
      const contents = source.replace(start, `${start}\n\tif (env.NO_COLOR && !('FORCE_COLOR' in env)) return 0;`);
      if (contents === source) throw new Error('The colours of chalk have changed: look at honoursNoColor again.');
      return { contents, loader: 'js' };
    });
  },
};

export const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  format: 'cjs',
  // The loader reads bundles as Latin-1, which is only right for ASCII.
  charset: 'ascii',
  external: ['koffi', 'typescript'],
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: 'none',
  logLevel: 'warning',
  // In the bundles package-root.ts takes __dirname.
  logOverride: { 'empty-import-meta': 'silent' },
  metafile: true,
};

async function bundles() {
  const services = servicesPlugin(root);
  const core = await esbuild.build({
    ...common,
    entryPoints: { core: 'src/main.ts' },
    outdir: fresh,
    outExtension: { '.js': '.cjs' },
    plugins: [services.redirect, asciiSort, honoursNoColor],
  });
  const rest = await esbuild.build({
    ...common,
    stdin: { contents: services.entry(), resolveDir: root, sourcefile: 'services.js', loader: 'js' },
    outfile: path.join(fresh, 'services.cjs'),
    plugins: [fuzzingApart, remoteApart, asciiSort, honoursNoColor],
  });
  const fuzzing = await esbuild.build({
    ...common,
    stdin: {
      contents: "export { default } from 'fast-check';",
      resolveDir: root,
      sourcefile: 'fuzzing.js',
      loader: 'js',
    },
    outfile: path.join(fresh, 'fuzzing.cjs'),
  });
  const remote = await esbuild.build({
    ...common,
    stdin: { contents: remoteEntry(), resolveDir: root, sourcefile: 'remote.js', loader: 'js' },
    outfile: path.join(fresh, 'remote.cjs'),
  });
  const children = [];
  for (const config of childBundles(root)) children.push(await esbuild.build({ ...common, ...config, outdir: fresh }));
  return [core, rest, fuzzing, remote, ...children];
}

/** The content hash that the code cache is keyed by. */
function stamp(file) {
  writeFileSync(`${file}.sha256`, createHash('sha256').update(readFileSync(file)).digest('hex'));
}

export async function buildAll() {
  mkdirSync(fresh, { recursive: true });
  mkdirSync(dist, { recursive: true });
  try {
    writeValidators(root);
    const results = await bundles();
    copyFileSync(path.join(root, 'scripts', 'loader.cjs'), path.join(fresh, 'loader.cjs'));
    for (const name of ['core.cjs', 'services.cjs', 'fuzzing.cjs', 'remote.cjs']) stamp(path.join(fresh, name));
    for (const name of readdirSync(fresh)) renameSync(path.join(fresh, name), path.join(dist, name));
    await writeManifest(root);
    writeHelp(root);
    writeNotices(
      root,
      results.map(({ metafile }) => metafile),
    );
    writeFileSync(path.join(dist, '.sources'), sourcesHash());
    return results.map((result) => result.metafile);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

/** Hash of names, sizes and times of everything that goes into dist/. */
function sourcesHash() {
  const hash = createHash('sha256');
  for (const top of ['package.json', 'package-lock.json', 'scripts', 'src', 'schemas']) {
    const full = path.join(root, top);
    const names = statSync(full).isDirectory() ? readdirSync(full, { recursive: true }).sort() : [''];
    for (const name of names) {
      const { size, mtimeMs } = statSync(path.join(full, name));
      hash.update(`${top}/${name}\0${size}\0${mtimeMs}\n`);
    }
  }
  return hash.digest('hex');
}

/** True when dist/ was made from the sources as they are now. */
export function isFresh() {
  try {
    return readFileSync(path.join(dist, '.sources'), 'latin1') === sourcesHash();
  } catch {
    return false;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (!(process.argv.includes('--if-stale') && isFresh())) await buildAll();
}
