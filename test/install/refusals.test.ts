import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { hostTarget } from '../../src/project/targets/host.js';
import { type CPluginOptions, compilePlugin } from './support/c-plugin.js';
import { type Workplace, workplace } from './support/workplace.js';

const places: Workplace[] = [];
let at: Workplace;
beforeEach(() => {
  at = workplace('refusals');
  places.push(at);
});
afterAll(() => {
  for (const one of places) one.remove();
});

const refused = (code: string, exit = 5) => expect.objectContaining({ code, exit });

/** A plugin that says who loaded it, before anything else of it runs. */
function marked(options: CPluginOptions = {}): { library: string; marker: string } {
  const marker = path.join(at.root, 'loaded');
  const extra = `__attribute__((constructor)) static void tell(void) { FILE *f = fopen(${JSON.stringify(marker)}, "a"); if (f) { fprintf(f, "%d\\n", (int)getpid()); fclose(f); } }`;
  return { library: compilePlugin(at.root, 'marked', { ...options, extra }), marker };
}

/** A shared library that other libraries think is the system's. */
function standIn(soname: string, versions: string, symbol: string): string {
  const source = path.join(at.root, 'stub.c');
  const script = path.join(at.root, 'stub.map');
  const library = path.join(at.root, soname);
  writeFileSync(source, `int ${symbol}(void) { return 0; }`);
  writeFileSync(script, versions);
  const flags = ['-shared', '-fPIC', '-nostdlib', `-Wl,-soname,${soname}`, `-Wl,--version-script=${script}`];
  execFileSync('cc', [...flags, '-o', library, source]);
  return library;
}

describe('nothing is loaded', () => {
  it('by the process of the CLI itself', async () => {
    const { library, marker } = marked();
    await at.install(library);
    const pids = readFileSync(marker, 'utf8').trim().split('\n');
    expect(pids.length).toBeGreaterThan(0);
    expect(pids).not.toContain(String(process.pid));
  });

  it('before the audit has passed', async () => {
    const { library, marker } = marked({ entry: 'other_plugin_init' });
    await expect(at.install(library)).rejects.toEqual(refused('CPEX_E_INSTALL_AUDIT'));
    expect(existsSync(marker)).toBe(false);
    expect(existsSync(at.plugins)).toBe(false);
  });

  it('before the digest was compared', async () => {
    const { library, marker } = marked();
    const promise = { id: 'sample', version: '1.0.0', profile: 'cpex', file: 'marked.so', sha256: '0'.repeat(64) };
    writeFileSync(path.join(at.root, 'build.json'), JSON.stringify(promise));
    await expect(at.install(library)).rejects.toEqual(refused('CPEX_E_INSTALL_DIGEST'));
    expect(existsSync(marker)).toBe(false);
    expect(existsSync(at.plugins)).toBe(false);
  });
});

describe('what is no library for this machine', () => {
  const file = (content: string | Uint8Array) => {
    const name = path.join(at.root, 'plugin.so');
    writeFileSync(name, content);
    return name;
  };
  const patched = (change: (bytes: Buffer) => void) => {
    const bytes = readFileSync(compilePlugin(at.root, 'good'));
    change(bytes);
    return file(bytes);
  };

  it.each<[string, () => string]>([
    ['an empty file', () => file('')],
    ['a web page', () => file('<!doctype html><title>Not found</title>')],
    ['a pointer of Git LFS', () => file('version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 3\n')],
    ['half a library', () => file(readFileSync(compilePlugin(at.root, 'good')).subarray(0, 900))],
    ['a library for arm64', () => patched((bytes) => bytes.writeUInt16LE(0xb7, 18))],
    ['a library for another system', () => patched((bytes) => bytes.writeUInt8(9, 7))],
    ['an executable', () => process.execPath],
  ])('%s is refused', async (_name, make) => {
    await expect(at.install(make())).rejects.toEqual(refused('CPEX_E_INSTALL_AUDIT'));
    expect(existsSync(at.plugins)).toBe(false);
  });

  it('a library for another processor is refused with what to install, said once', async () => {
    const library = patched((bytes) => bytes.writeUInt16LE(0xb7, 18));
    const error = await at.install(library).catch((one) => one);
    expect(error.evidence).toEqual([library, 'elf.machine', 'processor: arm64, expected x64']);
    expect(error.remedy).toContain(`cpex build --target ${hostTarget().name}`);
    expect(error.remedy).not.toContain('name the one');
  });

  it('a library that needs a newer glibc is refused, with the symbol and both versions', async () => {
    const stub = standIn('libc.so.6', 'GLIBC_2.99 { global: tomorrow; };', 'tomorrow');
    const library = compilePlugin(at.root, 'new', {
      extra: 'extern int tomorrow(void); __attribute__((visibility("default"))) int use(void) { return tomorrow(); }',
      flags: [stub],
    });
    await expect(at.install(library)).rejects.toEqual(refused('CPEX_E_INSTALL_AUDIT'));
    const error = await at.install(library).catch((one) => one);
    expect(error.evidence.join('\n')).toContain('tomorrow');
    expect(error.evidence.join('\n')).toMatch(/needs glibc 2\.99, but this system has \d/);
  });

  it('a library with a symbol that nobody has is refused', async () => {
    const options = { extra: 'extern int nobody_has_this(void);', init: 'nobody_has_this();' };
    const error = await at.install(compilePlugin(at.root, 'lost', options)).catch((one) => one);
    expect(error).toEqual(refused('CPEX_E_INSTALL_AUDIT'));
    expect(error.message).toContain('nobody_has_this');
  });

  it('a library for musl is refused', async () => {
    const stub = standIn('libc.musl-x86_64.so.1', '{ global: *; };', 'musl_only');
    const library = compilePlugin(at.root, 'musl', { flags: ['-nostdlib', stub] });
    await expect(at.install(library)).rejects.toEqual(refused('CPEX_E_INSTALL_AUDIT'));
  });
});

describe('what fails its trial start', () => {
  it.each<[string, CPluginOptions, RegExp]>([
    ['another ABI version', { abi: 2 }, /ABI|version/],
    ['an init that refuses', { init: 'return 1;' }, /init|entry|refus/i],
    ['an init that crashes', { init: 'raise(SIGSEGV);', extra: '#include <signal.h>' }, /SIGSEGV/],
    ['an init that aborts', { init: 'abort();' }, /SIGABRT/],
    ['an init that leaves', { init: 'exit(0);' }, /ended its process with code 0/],
    ['a call that leaves', { call: 'exit(3);' }, /code 3/],
    ['a call that crashes', { call: 'abort();' }, /SIGABRT/],
    ['a call that never returns', { call: 'for (;;) pause();' }, /did not return within/],
    ['garbage for an answer', { call: 'return reply(response, "garbage");' }, /breaks the rules|rules/],
    ['a shutdown that crashes', { shutdown: 'abort();' }, /SIGABRT/],
    ['an id with a path', { id: '../../evil' }, /rules/],
    ['a version that is none', { version: 'one' }, /rules/],
  ])('%s', async (_name, options, reason) => {
    const library = compilePlugin(at.root, 'bad', options);
    const deadlines = { start: 5000, call: 1000, stop: 3000 };
    const error = await at.install(library, {}, { deadlines }).catch((one) => one);
    expect(error).toEqual(refused('CPEX_E_INSTALL_TRIAL'));
    expect(error.message).toMatch(reason);
    expect(existsSync(at.plugins)).toBe(false);
  });

  it('a refusal to register is passed on in the words of the plugin', async () => {
    const text = JSON.stringify('{"ok":false,"error":{"code":"no_key","message":"I need a key."}}');
    const library = compilePlugin(at.root, 'shy', { call: `return reply(response, ${text});` });
    const error = await at.install(library).catch((one) => one);
    expect(error).toEqual(refused('CPEX_E_INSTALL_TRIAL'));
    expect(error.message).toContain('I need a key.');
    expect(error.evidence).toContain('code: no_key');
  });
});

describe('who the plugin says it is', () => {
  it.each(['con', 'plug-v2', 'a.'])('%j is no id that a host could use', async (id) => {
    await expect(at.install(compilePlugin(at.root, 'odd', { id }))).rejects.toEqual(refused('CPEX_E_INSTALL_ID'));
  });

  it('must agree with build.json', async () => {
    const library = compilePlugin(at.root, 'one', { id: 'one' });
    const sha256 = createHash('sha256').update(readFileSync(library)).digest('hex');
    const record = { id: 'two', version: '1.0.0', profile: 'cpex', file: 'one.so', sha256 };
    writeFileSync(path.join(at.root, 'build.json'), JSON.stringify(record));
    await expect(at.install(library)).rejects.toEqual(refused('CPEX_E_INSTALL_ID'));
    writeFileSync(path.join(at.root, 'build.json'), JSON.stringify({ ...record, id: 'one' }));
    expect((await at.install(library)).outcome).toBe('installed');
  });
});

describe('sources', () => {
  it.each([
    ['nothing.so', 'There is no file or folder'],
    ['https://example.invalid/plugin.so', 'An address by itself cannot be installed'],
    ['http://example.invalid/plugin.so', 'An address by itself cannot be installed'],
    ['/dev/null', 'cannot be read'],
  ])('%s is a usage error', async (source, message) => {
    const error = await at.install(source).catch((one) => one);
    expect(error).toEqual(refused('CPEX_E_INSTALL_SOURCE', 2));
    expect(error.message).toContain(message);
  });

  it('a pipe is refused without waiting for a writer', async () => {
    execFileSync('mkfifo', [path.join(at.root, 'pipe')]);
    await expect(at.install('pipe')).rejects.toEqual(refused('CPEX_E_INSTALL_SOURCE', 2));
  });

  it('a dist folder gives the library for this machine', async () => {
    const dist = path.join(at.root, 'dist');
    const library = compilePlugin(path.join(dist, 'linux-x64'), 'good', { id: 'good' });
    const sha256 = createHash('sha256').update(readFileSync(library)).digest('hex');
    const record = { id: 'good', version: '1.0.0', profile: 'cpex', file: 'good.so', sha256 };
    writeFileSync(path.join(dist, 'linux-x64', 'build.json'), JSON.stringify(record));
    expect(await at.install('dist')).toMatchObject({ outcome: 'installed', plugin: { id: 'good', source: library } });
    expect(await at.install('dist/linux-x64')).toMatchObject({ outcome: 'unchanged' });
  });

  it('a dist folder without one says what is there', async () => {
    mkdirSync(path.join(at.root, 'dist', 'windows-x64'), { recursive: true });
    const error = await at.install('dist').catch((one) => one);
    expect(error).toEqual(refused('CPEX_E_INSTALL_SOURCE', 2));
    expect(error.evidence).toEqual(['folders there: windows-x64']);
  });

  it('a link to a library is the library', async () => {
    symlinkSync(compilePlugin(at.root, 'real', { id: 'real' }), path.join(at.root, 'link.so'));
    const { file } = await at.install('link.so');
    expect(readFileSync(file)).toEqual(readFileSync(path.join(at.root, 'real.so')));
  });
});
