import { describe, expect, it } from 'vitest';
import { type ArtefactKind, LANGUAGES } from '../../src/model/target.js';
import { hostTarget, systemGlibc } from '../../src/project/targets/host.js';
import { parseTarget, resolveTarget } from '../../src/project/targets/normalise.js';
import { possible } from '../../src/project/targets/possible.js';
import { TARGET_NAMES, TARGETS } from '../../src/project/targets/table.js';

describe('the target table', () => {
  it('has ten rows, each under its own name', () => {
    expect(TARGET_NAMES).toHaveLength(10);
    for (const name of TARGET_NAMES) expect(TARGETS[name].name).toBe(name);
  });

  it.each(TARGET_NAMES)('%s is understood in the spelling of every tool in its row', (name) => {
    const { go, rust, zig, libc, cmake, arch } = TARGETS[name];
    expect(resolveTarget(name).name).toBe(name);
    if (rust !== undefined) expect(resolveTarget(rust).name).toBe(name);
    if (zig !== undefined) expect(resolveTarget(zig).name).toBe(name);
    if (libc === 'musl' || arch === 'universal') return;
    expect(resolveTarget(`${cmake.system}-${cmake.processor}`).name).toBe(name);
    for (const separator of ['/', '_', '-']) expect(resolveTarget(`${go?.os}${separator}${go?.arch}`).name).toBe(name);
  });
});

describe('resolveTarget', () => {
  it.each([
    ['win32-x64', 'windows-x64'],
    ['linux/amd64', 'linux-x64'],
    ['linux_arm64', 'linux-arm64'],
    ['linux-amd64', 'linux-x64'],
    ['x86_64-pc-windows-msvc', 'windows-x64'],
    ['x86_64-w64-mingw32', 'windows-x64'],
    ['aarch64-linux-gnu', 'linux-arm64'],
    ['x86_64-alpine-linux-musl', 'linux-x64-musl'],
    ['linuxmusl-arm64', 'linux-arm64-musl'],
    ['universal2-apple-darwin', 'darwin-universal'],
    ['aarch64-macos.11.0', 'darwin-arm64'],
    ['macOS-arm64', 'darwin-arm64'],
    ['Linux-X86_64', 'linux-x64'],
    [' linux-x64 ', 'linux-x64'],
  ])('%s is %s', (text, name) => {
    expect(resolveTarget(text).name).toBe(name);
  });

  it('keeps the glibc version of a zig triple', () => {
    expect(parseTarget('aarch64-linux-gnu.2.17')).toEqual({ target: TARGETS['linux-arm64'], glibc: '2.17' });
    expect(parseTarget('x86_64-linux-musl.1.2')).toEqual({ target: TARGETS['linux-x64-musl'] });
    expect(parseTarget('linux-x64')).toEqual({ target: TARGETS['linux-x64'] });
  });

  it.each([
    '',
    'linux',
    'x64',
    'linux-x86',
    'linux-armv7',
    'darwin-x64-musl',
    'linux-linux-x64',
    'linux-universal',
    'all',
  ])('%j is refused with the list', (text) => {
    expect(() => resolveTarget(text)).toThrow(
      expect.objectContaining({
        code: 'CPEX_E_TARGET_UNKNOWN',
        exit: 2,
        evidence: [expect.stringContaining('linux-x64')],
      }),
    );
  });

  it('proposes the nearest name', () => {
    expect(() => resolveTarget('linux-x46')).toThrow(expect.objectContaining({ remedy: 'Did you mean linux-x64?' }));
    expect(() => resolveTarget('darwin-univeral')).toThrow(
      expect.objectContaining({ remedy: 'Did you mean darwin-universal?' }),
    );
  });
});

describe('hostTarget', () => {
  it('is a row of the table for the machine that runs this', () => {
    const host = hostTarget();
    expect(resolveTarget('host')).toBe(host);
    expect(host.os).toBe(process.platform === 'win32' ? 'windows' : process.platform);
    expect(host.arch).toBe(process.arch);
    if (host.libc === 'glibc') expect(systemGlibc()).toMatch(/^2\.\d+/);
  });

  it.each([
    ['linux', 'x64', undefined, 'linux-x64-musl'],
    ['linux', 'arm64', '2.31', 'linux-arm64'],
    ['win32', 'arm64', undefined, 'windows-arm64'],
    ['darwin', 'arm64', undefined, 'darwin-arm64'],
    ['freebsd', 'x64', undefined, 'freebsd-x64'],
  ])('%s %s with glibc %s is %s', (platform, arch, glibc, name) => {
    expect(hostTarget({ platform, arch, glibc }).name).toBe(name);
  });

  it('says so on a machine that is no target', () => {
    const facts = { platform: 'linux', arch: 'ia32', glibc: '2.31' };
    expect(() => hostTarget(facts)).toThrow(expect.objectContaining({ code: 'CPEX_E_TARGET_HOST', exit: 3 }));
  });
});

describe('possible', () => {
  const refused = (kind: ArtefactKind) =>
    TARGET_NAMES.flatMap((name) =>
      LANGUAGES.filter((language) => !possible(language, TARGETS[name], kind).ok).map((one) => `${one} ${name}`),
    );

  it('refuses Go on musl and nothing else', () => {
    expect(refused('library')).toEqual(['go linux-x64-musl', 'go linux-arm64-musl']);
  });

  it('takes every executable', () => {
    expect(refused('executable')).toEqual([]);
  });

  it('gives the reason and a remedy', () => {
    expect(possible('go', TARGETS['linux-x64-musl'], 'library')).toMatchObject({
      reason: expect.stringContaining('golang/go#54805'),
      remedy: expect.stringContaining('linux-x64 '),
    });
  });
});
