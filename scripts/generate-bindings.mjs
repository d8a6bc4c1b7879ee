// Writes the typed bindings of every language whose emitter exists into its host template.
// `--check` writes nothing and exits 1 when a file is stale.
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const profiles = ['cpex', 'cliproxy'];
const languages = [
  { name: 'c', emit: 'emitCBindings' },
  { name: 'go', emit: 'emitGoBindings' },
  { name: 'rust', emit: 'emitRustBindings' },
];
const check = process.argv.includes('--check');

async function loadEmitter({ name, emit }) {
  const entry = path.join(root, 'src/scaffold/bindings', `${name}.ts`);
  if (!existsSync(entry)) return undefined;
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    format: 'esm',
    platform: 'node',
    write: false,
    logLevel: 'error',
  });
  const module = await import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
  // An emitter names the encodings it can do beyond plain JSON.
  return { emit: module[emit], encodings: ['json', ...(module.encodings ?? [])] };
}

const readJson = (profile, name) =>
  JSON.parse(readFileSync(path.join(root, 'schemas/hosts', profile, `${name}.json`), 'utf8'));
const stale = [];

for (const language of languages) {
  const emitter = await loadEmitter(language);
  if (emitter === undefined) continue;
  for (const profile of profiles) {
    const source = { contract: readJson(profile, 'contract'), types: readJson(profile, 'types') };
    if (!emitter.encodings.includes(source.contract.encoding ?? 'json')) continue;
    for (const file of emitter.emit(source)) {
      const target = path.join('templates/hosts', profile, language.name, file.path);
      const absolute = path.join(root, target);
      if (existsSync(absolute) && readFileSync(absolute, 'utf8') === file.content) continue;
      stale.push(target);
      if (check) continue;
      await mkdir(path.dirname(absolute), { recursive: true });
      await writeFile(absolute, file.content);
    }
  }
}

for (const file of stale) process.stdout.write(`${check ? 'stale' : 'wrote'} ${file}\n`);
if (check && stale.length > 0) process.exitCode = 1;
