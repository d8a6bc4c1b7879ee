// dist/THIRD-PARTY-LICENSES.txt: the licence of every package that is inside the bundles.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** @param metafiles what esbuild says went into each bundle */
export function writeNotices(root, metafiles) {
  const folders = new Set();
  for (const { inputs } of metafiles) {
    for (const input of Object.keys(inputs)) {
      const folder = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1];
      if (folder !== undefined) folders.add(folder);
    }
  }
  const parts = [...folders].sort().map((folder) => describe(path.join(root, folder)));
  const head = `cpex contains the following packages.\n${parts.length} packages.\n`;
  writeFileSync(path.join(root, 'dist', 'THIRD-PARTY-LICENSES.txt'), `${head}\n${parts.join('\n')}`);
}

function describe(folder) {
  const { name, version, license } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((one) => /^(licen[cs]e|copying)/i.test(one));
  const text = file === undefined ? licenceLine(folder) : readFileSync(path.join(folder, file), 'utf8').trim();
  return `${'='.repeat(80)}\n${name} ${version} (${license ?? 'see below'})\n\n${text}\n`;
}

/** A few packages state their licence in the readme only. */
function licenceLine(folder) {
  const readme = ['readme.md', 'README.md'].map((one) => path.join(folder, one)).find((one) => existsSync(one));
  const text = readme === undefined ? '' : readFileSync(readme, 'utf8');
  const at = text.search(/^#+ *licen[cs]e/im);
  return at === -1 ? '(the package ships no licence text)' : text.slice(at).trim();
}
