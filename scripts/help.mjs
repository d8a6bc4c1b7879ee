// dist/help-plain.json and help-colour.json: what oclif prints for `--help` at 80 columns, in a pipe
// and on a terminal, so that bin/run.cjs can answer at once.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** oclif's own help of one command (or of all, for ''), byte for byte. */
export function oclifHelp(root, id, colour = false) {
  const script = `require(${JSON.stringify(path.join(root, 'dist', 'core.cjs'))})
    .main(${JSON.stringify(id === '' ? ['--help'] : [id, '--help'])}, ${JSON.stringify(root)})`;
  const env = { ...process.env, FORCE_COLOR: colour ? '1' : '0' };
  for (const name of ['OCLIF_COLUMNS', 'NO_COLOR']) delete env[name];
  return execFileSync(process.execPath, ['-e', script], {
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

export function helpIds(root) {
  const manifest = JSON.parse(readFileSync(path.join(root, 'oclif.manifest.json'), 'utf8'));
  return ['', ...Object.keys(manifest.commands)];
}

export function writeHelp(root) {
  for (const [form, colour] of [
    ['plain', false],
    ['colour', true],
  ]) {
    const texts = Object.fromEntries(helpIds(root).map((id) => [id, oclifHelp(root, id, colour)]));
    writeFileSync(path.join(root, 'dist', `help-${form}.json`), JSON.stringify(texts));
  }
}
