import { utimesSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { hashSources, touchBackdated } from '../../src/build/sources.js';
import { freshFolder, removeFolders, write } from './projects.js';

afterAll(removeFolders);

function folderWith(...files: readonly string[]): string {
  const root = freshFolder();
  for (const file of files) write(root, file, file);
  return root;
}

describe('the sources of a project', () => {
  it('are all files but what tools wrote, whatever their folders are called', () => {
    const sources = ['Cargo.toml', '.cargo/config.toml', 'src/lib.rs', 'src/target/mod.rs', 'ui/dist/page.html'];
    const generated = [
      ...['dist/linux-x64/a.so', 'target/release/liba.so', 'node_modules/a/index.js', 'ui/node_modules/b/index.js'],
      ...['.cpex/build/tools.json', '.git/HEAD', 'cpex-toolchains.lock'],
      ...['crates/plugin/target/CACHEDIR.TAG', 'crates/plugin/target/release/a.o'],
      ...['build/CMakeCache.txt', 'build/CMakeFiles/a.o'],
    ];
    expect([...hashSources(folderWith(...sources, ...generated)).keys()]).toEqual([...sources].sort());
  });

  it('are those of a folder that somebody has configured in itself', () => {
    expect([...hashSources(folderWith('CMakeCache.txt', 'a.c')).keys()]).toEqual(['CMakeCache.txt', 'a.c']);
  });

  it('get the date of today where their content changed and their date did not', () => {
    const root = folderWith('src/target/a.c', 'src/b.c', 'src/c.c');
    const stamp = { v: 1, sources: Object.fromEntries(hashSources(root)), finishedAt: Date.now() + 60_000 };
    for (const file of ['src/target/a.c', 'src/b.c']) write(root, file, 'changed');
    for (const file of ['src/target/a.c', 'src/c.c']) utimesSync(path.join(root, file), 1, 1);
    expect(touchBackdated(root, hashSources(root), stamp)).toEqual(['src/b.c', 'src/target/a.c']);
  });
});
