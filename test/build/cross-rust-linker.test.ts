import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { linkScript } from '../../src/build/toolchains/rust-link-script.js';
import { freshFolder, removeFolders, write } from './projects.js';
import { script, writeScript } from './scripts.js';

afterAll(removeFolders);

/** Runs a script in front of a program that prints its arguments. */
function throughScript(
  kind: 'driver' | 'zig' | 'ld64',
  swap: Record<string, string>,
  args: readonly string[],
  env = {},
) {
  const folder = freshFolder('link');
  const tool = script(
    folder,
    'tool',
    'for word; do f=$(echo "$word" | cut -c2-); [ -f "$f" ] && [ "@$f" = "$word" ] && cat "$f" || echo "$word"; done',
  );
  const made = linkScript('test', { kind, swap }, [tool, 'first'], { XDG_CACHE_HOME: folder });
  writeScript(made);
  const { stdout, status } = spawnSync(made.path, args, { encoding: 'utf8', env: { ...process.env, ...env } });
  return { words: stdout.trim().split('\n'), status };
}

describe.skipIf(process.platform === 'win32')('the script between rustc and a linker', () => {
  it('hands a list of exports to zig as a file, and leaves out what zig does not know', () => {
    const args = [
      '-Wl,/a b/list.def',
      '-lmsvcrt',
      '-lgcc_eh',
      '--target=x',
      '-isysroot',
      '/sdk',
      'a b.o',
      "it's",
      '-o',
      'x.dll',
    ];
    expect(throughScript('zig', { '-lmsvcrt': '', '-lgcc_eh': '-lunwind' }, args)).toEqual({
      words: ['first', '-O2', '/a b/list.def', '-lunwind', 'a b.o', "it's", '-o', 'x.dll'],
      status: 0,
    });
  });

  it('speaks to a bare linker without words of a compiler, and names the library', () => {
    const args = [
      '-Wl,-exported_symbols_list',
      '-Wl,/list',
      '-Xlinker',
      '-x',
      '-arch',
      'arm64',
      '-mmacosx-version-min=11.0.0',
      '-o',
      '/t/libx.dylib',
      '-dynamiclib',
    ];
    const { words } = throughScript('ld64', { '-dynamiclib': '-dylib' }, args);
    expect(words.slice(1)).toEqual([
      '-exported_symbols_list',
      '/list',
      '-x',
      '-arch',
      'arm64',
      '-platform_version',
      'macos',
      '11.0.0',
      '11.0.0',
      '-o',
      '/t/libx.dylib',
      '-dylib',
      '-install_name',
      '@rpath/libx.dylib',
    ]);
    const own = ['-dylib', '-Wl,-install_name', '@rpath/mine', '-o', 'x'];
    expect(throughScript('ld64', {}, own).words.slice(1)).toEqual([
      '-dylib',
      '-install_name',
      '@rpath/mine',
      '-o',
      'x',
    ]);
    expect(throughScript('ld64', {}, ['-dylib', '-o', 'x'], { CPEX_INSTALL_NAME: 'id.dylib' }).words.at(-1)).toBe(
      '@rpath/id.dylib',
    );
    expect(throughScript('driver', {}, ['-dynamiclib', '-o', 'x']).words.at(-1)).toBe('-Wl,-install_name,@rpath/x');
    expect(throughScript('driver', {}, ['-dynamiclib', '-Wl,-install_name,@rpath/mine', '-o', 'x']).words.at(-1)).toBe(
      'x',
    );
  });

  it('goes through an argument file', () => {
    const folder = freshFolder('arguments');
    write(folder, 'linker-arguments', 'a\\ b.o\n-lgcc_s\nc\\\\d.o\n');
    const { words } = throughScript('driver', { '-lgcc_s': '/unwind.a' }, [
      `@${path.join(folder, 'linker-arguments')}`,
    ]);
    expect(words).toEqual(['first', 'a\\ b.o', '/unwind.a', 'c\\\\d.o']);
    expect(readFileSync(path.join(folder, 'linker-arguments'), 'utf8')).toContain('-lgcc_s');
  });

  it('is also one word of a batch file', () => {
    const { text } = linkScript('test', { kind: 'zig', swap: { '-lx': '' } }, ['/tool'], {});
    const line = text.split('\n').find((one) => one.startsWith('exec ')) ?? '';
    expect(line).toContain('spawnSync');
    expect(line.replace('"$@"', '')).not.toMatch(/["%]/);
  });

  it('ends as the linker ends', () => {
    const folder = freshFolder('link');
    const tool = script(folder, 'tool', 'exit 3');
    const made = linkScript('test', { kind: 'driver', swap: {} }, [tool], { XDG_CACHE_HOME: folder });
    writeScript(made);
    expect(spawnSync('sh', [made.path]).status).toBe(3);
  });
});
