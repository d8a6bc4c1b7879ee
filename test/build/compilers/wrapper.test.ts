import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { CompilerChoice } from '../../../src/build/build-model.js';
import { batchText, compilerScript, writeWrapper } from '../../../src/build/compilers/wrapper.js';
import { userCacheFolder } from '../../../src/support/user-folders.js';
import { freshFolder, removeFolders } from '../projects.js';
import { FakeTools, needsLinux } from './fake-tools.js';

afterAll(removeFolders);

function choiceOf(argv: readonly string[], env: Record<string, string>, name = 'linux-arm64'): CompilerChoice {
  const tool = { name: 'zig', version: '0.17.1', path: argv[0] ?? '' };
  return { source: 'zig', tool, argv, why: 'a test', wrapper: compilerScript(name, argv, env) };
}

describe.skipIf(needsLinux !== undefined)(
  `a script that stands for a compiler${needsLinux ? ` (${needsLinux})` : ''}`,
  () => {
    it('hands over its words, then those of the caller, as they are', async () => {
      const tools = new FakeTools();
      const shown = tools.script("it's a tool", 'for word in "$@"; do echo "<$word>"; done; exit 3');
      const words = ['cc', '-target', "a'b", '$HOME `x` "y"', ''];
      const file = await writeWrapper(choiceOf([shown, ...words], tools.env));
      expect(() => execFileSync(file, ['-c', 'my file.c'], { stdio: 'pipe' })).toThrow(
        expect.objectContaining({
          status: 3,
          stdout: Buffer.from(`${[...words, '-c', 'my file.c'].map((word) => `<${word}>`).join('\n')}\n`),
          stderr: Buffer.from(''),
        }),
      );
    });

    it('asks zig what it would do without compiling, since that leaves a file behind', async () => {
      const tools = new FakeTools();
      const shown = tools.script('zig', 'echo "$@"');
      const file = await writeWrapper(choiceOf([shown, 'cc', '-target', 'x'], tools.env));
      const asked = (...words: string[]) => execFileSync(file, words, { encoding: 'utf8' }).trim();
      expect(asked('-###', '-x', 'c', '-c', '-')).toBe('cc -target x -### -x c -c - -E');
      expect(asked('-c', 'a.c')).toBe('cc -target x -c a.c');
    });

    it('lies in the user’s cache under a name that tells its kind', async () => {
      const tools = new FakeTools();
      const file = await writeWrapper(choiceOf(['/bin/true', 'cc'], tools.env));
      expect(file).toBe(path.join(userCacheFolder('cpex', tools.env), 'compilers', 'linux-arm64-cc'));
      expect(statSync(file).mode & 0o111).toBe(0o111);
    });

    it('is left alone while its text is the same, and keeps its path when it is not', async () => {
      const tools = new FakeTools();
      const first = choiceOf(['/opt/a/zig', 'cc'], tools.env);
      const file = await writeWrapper(first);
      const before = statSync(file, { bigint: true });
      expect(await writeWrapper(first)).toBe(file);
      expect(statSync(file, { bigint: true })).toMatchObject({ ino: before.ino, mtimeNs: before.mtimeNs });
      expect(await writeWrapper(choiceOf(['/opt/b/zig', 'cc'], tools.env))).toBe(file);
      expect(readFileSync(file, 'utf8')).toContain("'/opt/b/zig' 'cc'");
    });

    it('can be written by several builds while others run it', async () => {
      const tools = new FakeTools();
      const choices = ['0', '1'].map((code) => choiceOf(['/bin/sh', '-c', `exit ${code}`], tools.env));
      const [first, second] = choices as [CompilerChoice, CompilerChoice];
      const file = await writeWrapper(first);
      await Promise.all(Array.from({ length: 20 }, (_, index) => writeWrapper(index % 2 === 0 ? second : first)));
      expect([first.wrapper?.text, second.wrapper?.text]).toContain(readFileSync(file, 'utf8'));
      expect(readdirSync(path.dirname(file))).toEqual(['linux-arm64-cc']);
    });

    it('says why when it cannot be written', async () => {
      const tools = new FakeTools();
      const choice = choiceOf(['/bin/true', 'cc'], tools.env);
      mkdirSync(choice.wrapper?.path ?? '', { recursive: true });
      await expect(writeWrapper(choice)).rejects.toMatchObject({ code: 'EISDIR' });
    });

    it('is not needed for a compiler without arguments', async () => {
      const tool = { name: 'gcc', version: '12.2.0', path: '/usr/bin/gcc' };
      expect(await writeWrapper({ source: 'native', tool, argv: [tool.path], why: 'a test' })).toBe('/usr/bin/gcc');
    });
  },
);

describe('the path of a script', () => {
  const tools = new FakeTools();
  tools.zig();
  const at = async (wish: Parameters<FakeTools['choose']>[1]) =>
    path.basename((await tools.choose('linux-arm64', wish)).wrapper?.path ?? '');

  it('depends on target and glibc alone', async () => {
    expect(await at({})).toBe('linux-arm64-cc');
    expect(await at({ glibc: '2.17' })).toBe('linux-arm64-glibc2.17-cc');
    const other = new FakeTools();
    const env = { ...tools.env, ZIG: other.zig('0.16.0') };
    expect(await at({ env })).toBe('linux-arm64-cc');
  });
});

describe('a script for Windows', () => {
  it('keeps blanks and percent signs', () => {
    expect(batchText(['C:\\Program Files\\100%\\zig.exe', 'ar']).split('\r\n').slice(2)).toEqual([
      '"C:\\Program Files\\100%%\\zig.exe" "ar" %*',
      '',
    ]);
  });

  it('keeps zig from leaving a file when it is asked what it would do', () => {
    expect(batchText(['C:\\zig.exe', 'cc']).split('\r\n').slice(3)).toEqual([
      'set CPEX_ASKED=',
      'if "%~1"=="-###" set CPEX_ASKED=-E',
      '"C:\\zig.exe" "cc" %* %CPEX_ASKED%',
      '',
    ]);
  });
});

describe('the cache folder of a user', () => {
  const folder = freshFolder();
  it.each([
    ['linux', { HOME: '/home/a' }, '/home/a/.cache/cpex'],
    ['linux', { HOME: '/home/a', XDG_CACHE_HOME: folder }, path.join(folder, 'cpex')],
    ['linux', { HOME: '/home/a', XDG_CACHE_HOME: 'relative' }, '/home/a/.cache/cpex'],
    ['darwin', { HOME: '/Users/a' }, '/Users/a/Library/Caches/cpex'],
    ['win32', { LOCALAPPDATA: 'C:\\Users\\a\\Local' }, 'C:\\Users\\a\\Local\\cpex\\cache'],
  ])('%s %j: %s', (platform, env, expected) => {
    expect(userCacheFolder('cpex', env, platform)).toBe(expected);
  });
});
