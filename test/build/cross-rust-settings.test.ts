import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { TargetPlan } from '../../src/build/build-model.js';
import { buildProject } from '../../src/build/service.js';
import type { Project } from '../../src/model/manifest.js';
import { hostTarget } from '../../src/project/targets/host.js';
import { freshFolder, optionsFor, removeFolders, testContext, tinyProject, write } from './projects.js';
import { script } from './scripts.js';

afterAll(removeFolders);

interface FakeRust {
  readonly sysroot: string;
  readonly env: Record<string, string | undefined>;
}

/** A Rust that says its version and where it lives, with the standard library for some targets. */
function fakeRust(where: string, triples: readonly string[], version = '1.95.0'): FakeRust {
  const root = freshFolder('rust');
  const sysroot = path.join(root, where);
  const bin = path.join(root, 'bin');
  script(bin, 'cargo', `echo "cargo ${version}"`);
  script(bin, 'rustc', `[ "$1" = --print ] && echo '${sysroot}' || echo "rustc ${version}"`);
  for (const triple of triples) write(sysroot, `lib/rustlib/${triple}/lib/libstd-0123456789abcdef.rlib`, '');
  for (const compiler of ['cc', 'aarch64-linux-gnu-gcc', 'x86_64-w64-mingw32-gcc', 'musl-gcc']) {
    script(bin, compiler, 'cat > /dev/null 2>&1; echo "gcc (Test) 12.2.0"');
  }
  for (const tool of ['sh', 'cat'])
    symlinkSync(spawnSync('which', [tool]).stdout.toString().trim(), path.join(bin, tool));
  return { sysroot, env: { PATH: bin, HOME: root } };
}

/** The same Rust beside no such tool. */
function without(env: FakeRust['env'], tool: string): FakeRust['env'] {
  rmSync(path.join(env.PATH ?? '', tool), { force: true });
  return env;
}

const ARM = 'aarch64-unknown-linux-gnu';
const MUSL = 'x86_64-unknown-linux-musl';
const WINDOWS = 'x86_64-pc-windows-gnu';
const MAC = 'aarch64-apple-darwin';

async function plan(project: Project, targets: readonly string[], env: FakeRust['env'], changes = {}) {
  const options = optionsFor(project, { targets, dryRun: true, ...changes });
  return (await buildProject(options, testContext(env))).plan.targets;
}

async function planOne(target: string, env: FakeRust['env'], project = tinyProject('rust'), changes = {}) {
  const [one] = await plan(project, [target], env, changes);
  if (one === undefined) throw new Error(`no plan for ${target}`);
  return one;
}

const argvOf = (one: TargetPlan) => one.commands.at(-1)?.argv ?? [];
const envOf = (one: TargetPlan) => one.commands.at(-1)?.env ?? {};

/** The flags for rustc that a plan hands to cargo for its target. */
function flagsOf(one: TargetPlan): string[] {
  const text = argvOf(one).find((word) => word.includes('.rustflags='));
  return text === undefined ? [] : JSON.parse(text.slice(text.indexOf('=') + 1));
}

const onLinux = describe.skipIf(process.platform !== 'linux' || hostTarget().name !== 'linux-x64');

onLinux('a standard library that is not there', () => {
  it('is fetched by rustup where rustup is in charge', async () => {
    const { env, sysroot } = fakeRust('toolchains/stable-x86_64-unknown-linux-gnu', [WINDOWS]);
    await expect(planOne('linux-arm64', env)).rejects.toMatchObject({
      code: 'CPEX_E_BUILD_STD_MISSING',
      exit: 3,
      remedy: `rustup target add ${ARM}`,
      evidence: [expect.stringContaining(sysroot), expect.stringContaining("rustup's stable-x86_64-unknown-linux-gnu")],
    });
    expect(argvOf(await planOne('windows-x64', env))).toContain(WINDOWS);
  });

  it('goes to the toolchain that a variable names', async () => {
    const { env } = fakeRust('toolchains/nightly', []);
    await expect(planOne('linux-arm64', { ...env, RUSTUP_TOOLCHAIN: 'nightly' })).rejects.toMatchObject({
      remedy: `rustup target add --toolchain nightly ${ARM}`,
    });
  });

  it('comes from elsewhere without rustup, and the sources have to be of the very version', async () => {
    const { env } = fakeRust('usr', [], '1.91.1');
    const error = await planOne('linux-arm64', env).catch((one) => one);
    expect(error).toMatchObject({ code: 'CPEX_E_BUILD_STD_MISSING' });
    expect(error.evidence.join('\n')).toContain('not installed by rustup');
    expect(error.remedy).toMatch(/rustup\.rs.*exactly Rust 1\.91\.1.*cpex build --target linux-arm64 -- -Zbuild-std/);
  });

  it('is half installed when its folder holds no libstd', async () => {
    const { env, sysroot } = fakeRust('toolchains/stable', []);
    mkdirSync(path.join(sysroot, 'lib/rustlib', ARM, 'lib'), { recursive: true });
    await expect(planOne('linux-arm64', env)).rejects.toMatchObject({
      evidence: expect.arrayContaining([expect.stringContaining('half installed')]),
    });
  });

  it.each([
    ['in the arguments', { extra: ['-Zbuild-std=std,panic_abort'] }, ''],
    ['in the configuration', {}, '[unstable]\nbuild-std = ["std"]\n'],
  ])('is not asked for where cargo builds it: %s', async (_name, changes, configuration) => {
    const project = tinyProject('rust');
    write(project.root, '.cargo/config.toml', configuration);
    const { env } = fakeRust('usr', []);
    expect(argvOf(await planOne('linux-arm64', env, project, changes))).toContain(ARM);
  });

  it('is no matter for the machine itself', async () => {
    const { env } = fakeRust('toolchains/stable', []);
    expect(argvOf(await planOne('host', env))).not.toContain('--target');
  });

  it('is that of the toolchain which the project names', async () => {
    const { env, sysroot } = fakeRust('toolchains/stable', [ARM]);
    const pinned = path.join(path.dirname(sysroot), '1.90.0');
    const where = `[ -e rust-toolchain.toml ] && echo '${pinned}' || echo '${sysroot}'`;
    script(env.PATH ?? '', 'rustc', `[ "$1" = --print ] && { ${where}; } || echo "rustc 1.95.0"`);
    const project = tinyProject('rust', freshFolder(), { build: { folder: 'crates/plugin' } });
    write(project.root, 'crates/plugin/Cargo.toml', '');
    expect(argvOf(await planOne('linux-arm64', env, project))).toContain(ARM);
    write(project.root, 'crates/plugin/rust-toolchain.toml', '[toolchain]\nchannel = "1.90.0"\n');
    await expect(planOne('linux-arm64', env, project)).rejects.toMatchObject({
      code: 'CPEX_E_BUILD_STD_MISSING',
      remedy: `rustup target add ${ARM}`,
      evidence: [expect.stringContaining(pinned), expect.stringContaining("rustup's 1.90.0")],
    });
  });

  it('cannot be told where rustc does not say where it is', async () => {
    const { env } = fakeRust('toolchains/stable', []);
    script(env.PATH ?? '', 'rustc', '[ "$1" = --print ] && { echo "no toolchain" >&2; exit 1; }; echo "rustc 1.95.0"');
    await expect(planOne('linux-arm64', env)).rejects.toMatchObject({
      code: 'CPEX_E_BUILD_TOOL_BROKEN',
      evidence: expect.arrayContaining(['no toolchain']),
    });
  });
});

onLinux('a toolchain that the project names and that is not there', () => {
  const said = "error: toolchain '1.90.0-x86_64-unknown-linux-gnu' is not installed";
  /** A rustup that would install it of its own accord. */
  function eager() {
    const { env } = fakeRust('toolchains/stable', [ARM]);
    const marker = path.join(env.HOME ?? '', 'installed');
    const refuse = `[ "$RUSTUP_AUTO_INSTALL" = 0 ] && { echo "${said}" >&2; exit 1; }`;
    for (const tool of ['cargo', 'rustc'])
      script(env.PATH ?? '', tool, `${refuse}\n: > '${marker}'\necho "${tool} 1.90.0"`);
    return { env, marker };
  }

  it.each(['host', 'linux-arm64'])(
    'is not installed on the way, and the command that does is named: %s',
    async (target) => {
      const { env, marker } = eager();
      await expect(planOne(target, env)).rejects.toMatchObject({
        code: 'CPEX_E_BUILD_TOOL_BROKEN',
        exit: 3,
        evidence: expect.arrayContaining([said]),
        remedy: 'rustup toolchain install 1.90.0-x86_64-unknown-linux-gnu',
      });
      expect(existsSync(marker)).toBe(false);
    },
  );

  it('is installed where the user says so', async () => {
    const { env, marker } = eager();
    await planOne('host', { ...env, RUSTUP_AUTO_INSTALL: '1' });
    expect(existsSync(marker)).toBe(true);
  });
});

onLinux('the linker', () => {
  const variable = 'CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER';

  it('is the compiler of the distribution', async () => {
    const { env } = fakeRust('toolchains/stable', [ARM]);
    const one = await planOne('linux-arm64', env);
    expect(one.toolchain.compiler).toMatchObject({ source: 'cross-gcc' });
    expect(envOf(one)[variable]).toBe(path.join(env.PATH ?? '', 'aarch64-linux-gnu-gcc'));
  });

  it.each([
    ['a variable', { [variable]: 'my-ld' }, ''],
    ['a configuration file', {}, `[target.${ARM}]\nlinker = "my-ld"\n`],
    ['a configuration file, by a path', {}, `[target.${ARM}]\nlinker = "tools/my-ld"\n`],
  ])('is the one that cargo has from %s, and is left to cargo', async (_name, variables, configuration) => {
    const project = tinyProject('rust');
    const { env } = fakeRust('toolchains/stable', [ARM]);
    write(project.root, '.cargo/config.toml', configuration);
    script(env.PATH ?? '', 'my-ld', 'exit 1');
    script(path.join(project.root, 'tools'), 'my-ld', 'exit 1');
    const one = await planOne('linux-arm64', { ...env, ...variables }, project);
    expect(one.toolchain.compiler).toMatchObject({ source: 'explicit', tool: { name: 'my-ld' } });
    expect(envOf(one)).not.toHaveProperty(variable);
  });

  it('is missing when cargo has the name of none', async () => {
    const { env } = fakeRust('toolchains/stable', [ARM]);
    await expect(planOne('linux-arm64', { ...env, [variable]: 'my-ld' })).rejects.toMatchObject({
      code: 'CPEX_E_BUILD_TOOL_MISSING',
      evidence: [`${variable} names it: my-ld`],
    });
  });

  it('of the machine itself is cc, unless cargo is told otherwise', async () => {
    const project = tinyProject('rust');
    const { env } = fakeRust('toolchains/stable', []);
    const refused = { code: 'CPEX_E_BUILD_TOOL_MISSING', message: expect.stringMatching(/^cc is missing/) };
    await expect(planOne('host', without(env, 'cc'), project)).rejects.toMatchObject(refused);
    for (const flags of ['-Clinker=clang', '-C linker=clang']) {
      expect(argvOf(await planOne('host', { ...without(env, 'cc'), RUSTFLAGS: flags }, project))).toContain(
        '--release',
      );
    }
    write(project.root, '.cargo/config.toml', `[target.'cfg(unix)']\nlinker = "clang"\n`);
    expect(argvOf(await planOne('host', without(env, 'cc'), project))).toContain('--release');
  });

  it('for macOS comes with Rust, and needs the list of what the system exports', async () => {
    const { env, sysroot } = fakeRust('toolchains/stable', [MAC]);
    await expect(planOne('darwin-arm64', env)).rejects.toMatchObject({
      code: 'CPEX_E_BUILD_TOOL_MISSING',
      message: 'There is no linker for darwin-arm64.',
    });
    script(path.join(sysroot, 'lib/rustlib/x86_64-unknown-linux-gnu/bin'), 'rust-lld', 'echo "LLD 22.1.2"');
    await expect(planOne('darwin-arm64', env)).rejects.toMatchObject({
      code: 'CPEX_E_BUILD_TOOL_MISSING',
      message: expect.stringContaining('libSystem.tbd'),
      remedy: expect.stringContaining('zig'),
    });
    const sdk = freshFolder('sdk');
    write(sdk, 'usr/lib/libSystem.tbd', '--- !tapi-tbd\n');
    const one = await planOne('darwin-arm64', { ...env, SDKROOT: sdk });
    expect(one.toolchain.compiler).toMatchObject({ source: 'linker', tool: { name: 'rust-lld', version: '22.1.2' } });
    expect(envOf(one)).toMatchObject({ SDKROOT: sdk, CPEX_INSTALL_NAME: 'tiny.dylib' });
  });

  it('keeps the path of its script when another program is behind it', async () => {
    const paths = [];
    for (const where of ['toolchains/stable', 'toolchains/nightly']) {
      const { env, sysroot } = fakeRust(where, [MUSL]);
      write(sysroot, `lib/rustlib/${MUSL}/lib/self-contained/libunwind.a`, '');
      const { compiler } = (await planOne('linux-x64-musl', { ...env, XDG_CACHE_HOME: '/cache' })).toolchain;
      expect(compiler?.wrapper?.text).toContain(`-lgcc_s=${sysroot}/`);
      paths.push(compiler?.wrapper?.path);
    }
    expect(paths).toEqual(Array(2).fill('/cache/cpex/compilers/rust-linux-x64-musl-cc'));
  });
});

onLinux("the user's flags", () => {
  it('of [build] stay, although a target has flags of its own', async () => {
    const project = tinyProject('rust');
    const { env } = fakeRust('toolchains/stable', [ARM, MUSL]);
    write(project.root, '.cargo/config.toml', '[build]\nrustflags = "--cfg marked"\n');
    const all = await plan(project, ['linux-arm64', 'linux-x64-musl'], { ...env, CARGO_BUILD_RUSTFLAGS: '--cfg also' });
    for (const one of all) expect(flagsOf(one).slice(0, 4)).toEqual(['--cfg', 'marked', '--cfg', 'also']);
    expect(all.map((one) => flagsOf(one).includes('-Ctarget-feature=-crt-static'))).toEqual([false, true]);
  });

  it('of [build] give way where the user has flags for the target, as with cargo', async () => {
    const project = tinyProject('rust');
    const { env } = fakeRust('toolchains/stable', [ARM]);
    const configuration = `[build]\nrustflags = ["--cfg", "marked"]\n[target.${ARM}]\nrustflags = ["--cfg", "own"]\n`;
    write(project.root, '.cargo/config.toml', configuration);
    expect(flagsOf(await planOne('linux-arm64', env, project))).not.toContain('marked');
  });

  it.each(['RUSTFLAGS', 'CARGO_ENCODED_RUSTFLAGS'])('in %s are extended', async (name) => {
    const { env } = fakeRust('toolchains/stable', [MUSL]);
    const given = name === 'RUSTFLAGS' ? ' --cfg  marked' : '--cfg\x1fmarked';
    const one = await planOne('linux-x64-musl', { ...env, [name]: given });
    expect(flagsOf(one)).toEqual([]);
    const flags = envOf(one).CARGO_ENCODED_RUSTFLAGS?.split('\x1f');
    expect(flags?.slice(0, 3)).toEqual(['--cfg', 'marked', '-Ctarget-feature=-crt-static']);
  });

  it('and the crate of cpex.yaml reach foreign targets', async () => {
    const project = tinyProject('rust', freshFolder(), { build: { crate: 'tiny', flags: ['--locked'] } });
    const { env } = fakeRust('toolchains/stable', [ARM]);
    const words = argvOf(await planOne('linux-arm64', env, project, { extra: ['-j1'] }));
    expect(words.slice(words.indexOf('--package'), words.indexOf('--package') + 4)).toEqual([
      '--package',
      'tiny',
      '--target',
      ARM,
    ]);
    expect(words.slice(-2)).toEqual(['--locked', '-j1']);
  });
});
