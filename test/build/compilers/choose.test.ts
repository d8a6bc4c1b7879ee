import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { CompilerSource } from '../../../src/build/build-model.js';
import { VersionCache } from '../../../src/build/version-cache.js';
import type { TargetName } from '../../../src/model/target.js';
import { systemGlibc } from '../../../src/project/targets/host.js';
import { TARGET_NAMES } from '../../../src/project/targets/table.js';
import { freshFolder, removeFolders } from '../projects.js';
import { FakeTools, NO_CC1, NO_HEADERS, needsLinux } from './fake-tools.js';

afterAll(removeFolders);

const MINGW = 'x86_64-w64-mingw32-gcc';
const ARM64 = 'aarch64-linux-gnu-gcc';
const own = needsLinux === undefined && systemGlibc() !== undefined;
const group = describe.skipIf(!own);
const name = (text: string) => `${text}${own ? '' : ` (${needsLinux ?? 'the machine has no glibc'})`}`;

group(name('the C compiler for a target'), () => {
  it.each<[TargetName, readonly string[], CompilerSource, string]>([
    ['linux-x64', ['gcc', 'zig'], 'native', 'gcc'],
    ['linux-x64', ['zig'], 'zig', 'zig'],
    ['linux-arm64', ['gcc', ARM64, 'zig'], 'cross-gcc', ARM64],
    ['linux-arm64', ['gcc', 'aarch64-none-linux-gnu-gcc'], 'cross-gcc', 'aarch64-none-linux-gnu-gcc'],
    ['linux-arm64', ['gcc', 'zig'], 'zig', 'zig'],
    ['linux-x64-musl', ['gcc', 'musl-gcc', 'zig'], 'cross-gcc', 'musl-gcc'],
    // musl's wrapper makes code for the machine's own processor.
    ['linux-arm64-musl', ['gcc', 'musl-gcc', 'zig'], 'zig', 'zig'],
    ['linux-arm64-musl', ['aarch64-linux-musl-gcc', 'zig'], 'cross-gcc', 'aarch64-linux-musl-gcc'],
    ['windows-x64', ['gcc', MINGW, 'zig'], 'cross-gcc', MINGW],
    ['windows-arm64', ['gcc', MINGW, 'zig'], 'zig', 'zig'],
    ['windows-arm64', ['aarch64-w64-mingw32-clang'], 'cross-gcc', 'aarch64-w64-mingw32-clang'],
    ['darwin-x64', ['gcc', 'zig'], 'zig', 'zig'],
    ['darwin-arm64', ['gcc', 'zig'], 'zig', 'zig'],
    ['freebsd-x64', ['gcc', 'zig'], 'zig', 'zig'],
  ])('%s with %j is %s: %s', async (target, installed, source, tool) => {
    const tools = new FakeTools();
    for (const one of installed) one === 'zig' ? tools.zig() : tools.gcc(one);
    const choice = await tools.choose(target);
    expect(choice).toMatchObject({ source, tool: { path: path.join(tools.folder, tool) } });
    expect(choice.argv[0]).toBe(choice.tool.path);
    expect(choice.why).not.toBe('');
    // A compiler that needs arguments has a script that stands for it, and no other has.
    expect(choice.wrapper !== undefined).toBe(choice.argv.length > 1);
  });

  it.each([
    ['CC_linux_arm64', 'my-gcc', []],
    ['CC_linux_arm64', 'my-gcc -mcpu=neoverse-n1  -g', ['-mcpu=neoverse-n1', '-g']],
    ['CC_aarch64_unknown_linux_gnu', 'my-gcc', []],
  ])('is the one that %s names: %s', async (variable, text, args) => {
    const tools = new FakeTools();
    tools.gcc(ARM64);
    const mine = tools.gcc('my-gcc');
    const choice = await tools.choose('linux-arm64', { env: { ...tools.env, [variable]: text } });
    expect(choice).toMatchObject({ source: 'explicit', argv: [mine, ...args], why: `${variable} names it` });
  });

  it('takes CC for the machine itself and for nothing else', async () => {
    const tools = new FakeTools();
    tools.gcc();
    tools.gcc(ARM64);
    const mine = tools.gcc('my-gcc');
    const env = { ...tools.env, CC: 'my-gcc -m64' };
    expect(await tools.choose('linux-x64', { env })).toMatchObject({ source: 'explicit', argv: [mine, '-m64'] });
    expect(await tools.choose('linux-arm64', { env })).toMatchObject({ source: 'cross-gcc' });
    const both = { ...env, CC_linux_x64: ARM64 };
    expect(await tools.choose('linux-x64', { env: both })).toMatchObject({ why: 'CC_linux_x64 names it' });
  });

  it('does not go past one that is named and missing', async () => {
    const tools = new FakeTools();
    tools.gcc(ARM64);
    tools.zig();
    const choosing = tools.choose('linux-arm64', { env: { ...tools.env, CC_linux_arm64: 'nowhere-gcc' } });
    await expect(choosing).rejects.toMatchObject({
      code: 'CPEX_E_BUILD_TOOL_MISSING',
      exit: 3,
      message: 'CC_linux_arm64 names nowhere-gcc, which is not there.',
      remedy: expect.stringContaining('CC_linux_arm64'),
    });
  });

  it('is zig where an older glibc is wished for than the machine has', async () => {
    const tools = new FakeTools();
    tools.gcc();
    tools.gcc(ARM64);
    tools.gcc('musl-gcc');
    const zig = tools.zig();
    const at = (target: TargetName, glibc: string) => tools.choose(target, { glibc });
    expect((await at('linux-x64', '2.17')).argv.slice(0, 4)).toEqual([zig, 'cc', '-target', 'x86_64-linux-gnu.2.17']);
    expect((await at('linux-arm64', '2.28')).argv[3]).toBe('aarch64-linux-gnu.2.28');
    // There is no glibc before 2.17 for this processor.
    expect((await at('linux-arm64', '2.12')).argv[3]).toBe('aarch64-linux-gnu.2.17');
    expect((await at('linux-x64', '99.1')).source).toBe('native');
    expect((await at('linux-x64-musl', '2.17')).source).toBe('cross-gcc');
    const named = await tools.choose('linux-x64', { glibc: '2.17', env: { ...tools.env, CC: 'gcc' } });
    expect(named.source).toBe('explicit');
  });

  it('keeps to the macOS that is named', async () => {
    const tools = new FakeTools();
    tools.zig();
    const first = await tools.choose('darwin-arm64');
    expect(first.argv[3]).toBe('aarch64-macos.11.0');
    expect((await tools.choose('darwin-x64', { macos: '12.0' })).argv[3]).toBe('x86_64-macos.12.0');
    const env = { ...tools.env, MACOSX_DEPLOYMENT_TARGET: '13.3' };
    const named = await tools.choose('darwin-arm64', { env, macos: '12.0' });
    expect(named.argv[3]).toBe('aarch64-macos.13.3');
    expect(named.wrapper?.path).not.toBe(first.wrapper?.path);
  });

  it('describes the libraries of macOS that zig does not, where the linker is told to look', async () => {
    const tools = new FakeTools();
    tools.zig();
    const { files = [], argv } = await tools.choose('darwin-arm64');
    const folders = argv.filter((word) => /^-[LF]/.test(word)).map((word) => word.slice(2));
    for (const file of [
      'libresolv.tbd',
      'CoreFoundation.framework/CoreFoundation.tbd',
      'Security.framework/Security.tbd',
    ]) {
      expect(
        files.map((one) => one.path).filter((one) => folders.some((folder) => one === path.join(folder, file))),
      ).toHaveLength(1);
    }
    expect((await tools.choose('linux-arm64')).files).toBeUndefined();
  });

  it('gives zig a cache where the user has no folder', async () => {
    const tools = new FakeTools();
    tools.zig();
    expect((await tools.choose('windows-x64')).env).toBeUndefined();
    const { env } = await tools.choose('windows-x64', { env: { PATH: tools.folder } });
    expect(env).toEqual({ ZIG_GLOBAL_CACHE_DIR: expect.stringMatching(/cpex.zig$/) });
  });
});

group(name('compilers that are half installed'), () => {
  it.each([
    ['without headers', NO_HEADERS],
    ['without the compiler proper', NO_CC1],
  ])('passes over a cross compiler %s, and says so', async (_what, fault) => {
    const tools = new FakeTools();
    const broken = tools.gcc(ARM64, fault);
    const choosing = tools.choose('linux-arm64');
    await expect(choosing).rejects.toMatchObject({
      code: 'CPEX_E_BUILD_TOOL_BROKEN',
      kind: 'environment',
      evidence: expect.arrayContaining([`${broken}: ${fault}`]),
      remedy: expect.stringContaining('zig'),
    });
    tools.zig();
    const choice = await tools.choose('linux-arm64');
    expect(choice.source).toBe('zig');
    expect(choice.why).toContain(broken);
    expect(choice.why).toContain(fault);
  });

  it("names the packages for the machine's own compiler", async () => {
    const tools = new FakeTools();
    tools.gcc('gcc', NO_HEADERS);
    tools.script('apt-get', 'exit 0');
    await expect(tools.choose('linux-x64')).rejects.toMatchObject({
      code: 'CPEX_E_BUILD_TOOL_BROKEN',
      remedy: 'sudo apt install gcc libc6-dev',
    });
  });

  it('does not remember one as good', async () => {
    const tools = new FakeTools();
    const versions = VersionCache.empty(path.join(freshFolder(), 'tools.json'));
    tools.gcc(ARM64, NO_HEADERS);
    await expect(tools.choose('linux-arm64', { versions })).rejects.toThrow();
    await expect(tools.choose('linux-arm64', { versions })).rejects.toMatchObject({ code: 'CPEX_E_BUILD_TOOL_BROKEN' });
  });

  it.each([
    [
      'that does not answer',
      (tools: FakeTools) => tools.script('zig', 'echo "no such cpu" >&2; exit 1'),
      /no such cpu/,
    ],
    [
      'without its library folder',
      (tools: FakeTools) => rmSync(path.join(tools.zig(), '../lib'), { recursive: true }),
      /library folder/,
    ],
    [
      'that ZIG names and that is not there',
      (tools: FakeTools) => Object.assign(tools.env, { ZIG: '/nowhere/zig' }),
      /nowhere/,
    ],
  ])('names a zig %s', async (_what, damage, evidence) => {
    const tools = new FakeTools();
    damage(tools);
    await expect(tools.choose('freebsd-x64')).rejects.toMatchObject({
      code: 'CPEX_E_BUILD_TOOL_BROKEN',
      evidence: expect.arrayContaining([expect.stringMatching(evidence)]),
      remedy:
        tools.env.ZIG === undefined ? expect.not.stringContaining('ZIG') : expect.stringMatching(/^Correct ZIG, /),
    });
  });

  it('names a wheel that has lost its executable', async () => {
    const tools = new FakeTools();
    tools.python('site-packages/ziglang');
    await expect(tools.choose('freebsd-x64')).rejects.toMatchObject({
      code: 'CPEX_E_BUILD_TOOL_BROKEN',
      evidence: expect.arrayContaining([expect.stringContaining('site-packages/ziglang/zig')]),
    });
  });

  it('wants a zig that knows the target', async () => {
    const tools = new FakeTools();
    tools.zig('0.14.1');
    await expect(tools.choose('freebsd-x64')).rejects.toMatchObject({
      code: 'CPEX_E_BUILD_TOOL_OLD',
      message: expect.stringContaining('0.15.1'),
    });
  });
});

group(name('where zig is looked for'), () => {
  it('takes ZIG before PATH, and PATH before Python', async () => {
    const tools = new FakeTools();
    const log = tools.python('wheel');
    const wheel = tools.zig('0.17.1', 'wheel');
    expect(await tools.choose('darwin-x64')).toMatchObject({
      tool: { path: wheel },
      why: expect.stringContaining('ziglang'),
    });
    const asked = readFileSync(log, 'utf8');
    const onPath = tools.zig();
    expect((await tools.choose('darwin-x64')).tool.path).toBe(onPath);
    const named = tools.zig('0.17.1', 'elsewhere');
    expect((await tools.choose('darwin-x64', { env: { ...tools.env, ZIG: named } })).tool.path).toBe(named);
    expect(readFileSync(log, 'utf8')).toBe(asked);
  });

  it('asks Python once for many targets', async () => {
    const tools = new FakeTools();
    const log = tools.python('wheel');
    tools.zig('0.17.1', 'wheel');
    await Promise.all((['darwin-x64', 'darwin-arm64', 'freebsd-x64'] as const).map((target) => tools.choose(target)));
    expect(readFileSync(log, 'utf8')).toBe('asked\n');
  });

  it('does without a Python that fails', async () => {
    const tools = new FakeTools();
    tools.script('python3', 'echo "ModuleNotFoundError" >&2; exit 1');
    await expect(tools.choose('darwin-x64')).rejects.toMatchObject({ code: 'CPEX_E_BUILD_TOOL_MISSING' });
  });
});

group(name('a machine without any compiler'), () => {
  const foreign = TARGET_NAMES.filter((target) => target !== 'darwin-universal');

  it.each(foreign)('is told how to get one for %s', async (target) => {
    const tools = new FakeTools();
    tools.script('apt-get', 'exit 0');
    tools.python(undefined);
    await expect(tools.choose(target)).rejects.toMatchObject({
      code: 'CPEX_E_BUILD_TOOL_MISSING',
      kind: 'environment',
      exit: 3,
      remedy: expect.stringMatching(
        target === 'linux-x64' ? /^sudo apt install gcc libc6-dev$/ : /pip install .*ziglang$/,
      ),
    });
  });

  it.each<[TargetName, RegExp]>([
    ['linux-arm64', /^sudo apt install gcc-aarch64-linux-gnu libc6-dev-arm64-cross, or /],
    ['windows-x64', /^sudo apt install gcc-mingw-w64-x86-64, or /],
    ['linux-x64-musl', /^sudo apt install musl-tools, or /],
  ])("is told of Debian's compiler for %s first", async (target, remedy) => {
    const tools = new FakeTools();
    tools.script('apt-get', 'exit 0');
    tools.python(undefined);
    await expect(tools.choose(target)).rejects.toMatchObject({ remedy: expect.stringMatching(remedy) });
  });

  it('is told of zig alone where a glibc is wished for', async () => {
    const tools = new FakeTools();
    tools.gcc(ARM64);
    tools.python(undefined);
    await expect(tools.choose('linux-arm64', { glibc: '2.17' })).rejects.toMatchObject({
      code: 'CPEX_E_BUILD_TOOL_MISSING',
      message: expect.stringContaining('glibc 2.17'),
      remedy: expect.stringMatching(/ziglang$/),
    });
  });
});

group(name('what is remembered from build to build'), () => {
  it('is the place of the wheel, until its executable changes', async () => {
    const tools = new FakeTools();
    const log = tools.python('wheel');
    const zig = tools.zig('0.17.1', 'wheel');
    const file = path.join(freshFolder(), 'tools.json');
    const versions = VersionCache.load(file);
    // Scripts are never remembered, so the place is written down with the facts of a real program.
    writeFileSync(zig, readFileSync(process.execPath));
    versions.remember({ name: 'zig', version: '0.17.1', path: zig }, tools.env, path.dirname(zig));
    expect((await tools.choose('darwin-x64', { versions })).tool.path).toBe(zig);
    await versions.save();
    const later = VersionCache.load(file);
    expect((await tools.choose('darwin-x64', { versions: later })).tool.path).toBe(zig);
    expect(readFileSync(log, 'utf8')).toBe('asked\n');
    writeFileSync(zig, readFileSync('/bin/sh'));
    await expect(tools.choose('darwin-x64', { versions: VersionCache.load(file) })).rejects.toMatchObject({
      code: 'CPEX_E_BUILD_TOOL_BROKEN',
    });
    expect(readFileSync(log, 'utf8')).toBe('asked\nasked\n');
  });
});
