import { copyFileSync, linkSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { VersionCache } from '../../src/build/version-cache.js';
import { freshFolder, removeFolders, write } from './projects.js';

afterAll(removeFolders);

const tool = (file: string) => ({ name: 'any', version: '1.2.3', path: file });

/** A file that is no script. */
function binary(folder: string, name: string): string {
  write(folder, name, '\x7fELF and so on');
  return path.join(folder, name);
}

describe.skipIf(process.platform === 'win32')('remembered versions', () => {
  it('survive in the file, and only for the very same executable', async () => {
    const folder = freshFolder();
    const file = path.join(folder, 'deep', 'tools.json');
    const cmake = binary(folder, 'cmake');
    const cache = VersionCache.load(file);
    expect(cache.recall(cmake, {}, folder)).toBeUndefined();
    cache.remember(tool(cmake), {}, folder);
    await cache.save();
    expect(VersionCache.load(file).recall(cmake, {}, folder)).toEqual(tool(cmake));
    writeFileSync(cmake, '\x7fELF and another');
    expect(VersionCache.load(file).recall(cmake, {}, folder)).toBeUndefined();
    expect(VersionCache.empty(file).recall(cmake, {}, folder)).toBeUndefined();
  });

  it('follow links: another program behind the same name is asked again', async () => {
    const folder = freshFolder();
    binary(folder, 'x86_64-linux-gnu-gcc-12');
    binary(folder, 'x86_64-linux-gnu-gcc-13');
    const bin = path.join(folder, 'bin');
    mkdirSync(bin);
    symlinkSync('../x86_64-linux-gnu-gcc-12', path.join(bin, 'gcc'));
    const cache = VersionCache.load(path.join(folder, 'tools.json'));
    cache.remember(tool(path.join(bin, 'gcc')), {}, folder);
    expect(cache.recall(path.join(bin, 'gcc'), {}, folder)).toBeDefined();
    copyFileSync(path.join(folder, 'x86_64-linux-gnu-gcc-13'), path.join(folder, 'x86_64-linux-gnu-gcc-12'));
    expect(cache.recall(path.join(bin, 'gcc'), {}, folder)).toBeUndefined();
  });

  it('are not kept for scripts and launchers', () => {
    const folder = freshFolder();
    const cache = VersionCache.load(path.join(folder, 'tools.json'));
    write(folder, 'cmake', '#!/bin/sh\nexec other\n');
    binary(folder, 'ccache');
    symlinkSync('ccache', path.join(folder, 'gcc'));
    for (const name of ['cmake', 'gcc']) {
      cache.remember(tool(path.join(folder, name)), {}, folder);
      expect(cache.recall(path.join(folder, name), {}, folder)).toBeUndefined();
    }
  });

  it('know what rustup chooses by', () => {
    const home = freshFolder('home');
    const bin = path.join(home, 'bin');
    const cargo = path.join(bin, 'cargo');
    binary(bin, 'rustup');
    linkSync(path.join(bin, 'rustup'), cargo);
    binary(path.join(home, 'toolchains', 'stable', 'bin'), 'rustc');
    write(home, 'settings.toml', 'version = "12"\n');
    const project = freshFolder('project');
    const env = { RUSTUP_HOME: home };
    const cache = VersionCache.load(path.join(home, 'tools.json'));
    const fresh = () => {
      cache.remember(tool(cargo), env, project);
      expect(cache.recall(cargo, env, project)).toBeDefined();
    };
    fresh();
    expect(cache.recall(cargo, { ...env, RUSTUP_TOOLCHAIN: 'nightly' }, project)).toBeUndefined();
    write(home, 'settings.toml', 'version = "12"\ndefault_toolchain = "beta"\n');
    expect(cache.recall(cargo, env, project)).toBeUndefined();
    fresh();
    write(path.dirname(project), 'rust-toolchain.toml', '[toolchain]\nchannel = "beta"\n');
    expect(cache.recall(cargo, env, project)).toBeUndefined();
    fresh();
    write(path.join(home, 'toolchains', 'stable', 'bin'), 'rustc', '\x7fELF newer');
    expect(cache.recall(cargo, env, project)).toBeUndefined();
  });

  it('do without a torn file', () => {
    const folder = freshFolder();
    write(folder, 'tools.json', '{"a":');
    expect(VersionCache.load(path.join(folder, 'tools.json')).recall('a', {}, folder)).toBeUndefined();
    expect(readFileSync(path.join(folder, 'tools.json'), 'utf8')).toBe('{"a":');
  });
});
