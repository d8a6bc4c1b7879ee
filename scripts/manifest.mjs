// oclif.manifest.json from the built command classes; the same bytes as `oclif manifest` writes.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Plugin } from '@oclif/core/config';

/** Text of the manifest for the commands in dist/core.cjs. */
export async function manifestText(root) {
  const plugin = new Plugin({
    root,
    type: 'core',
    ignoreManifest: true,
    errorOnManifestCreate: true,
    respectNoCacheDefault: true,
  });
  await plugin.load();
  return `${JSON.stringify(plugin.manifest, null, 2)}\n`;
}

export async function writeManifest(root) {
  const file = path.join(root, 'oclif.manifest.json');
  const text = await manifestText(root);
  if (readOrEmpty(file) !== text) writeFileSync(file, text);
}

function readOrEmpty(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
