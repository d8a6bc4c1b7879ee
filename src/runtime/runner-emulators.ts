import path from 'node:path';
import type { Target } from '../model/target.js';
import { exists } from '../support/files.js';
import { findTool } from '../support/find-tool.js';
import type { Environment, Runner, RunnerFinding } from './runner-types.js';

/** qemu's and GNU's name of an architecture. */
const MACHINES: Readonly<Record<string, string>> = { x64: 'x86_64', arm64: 'aarch64' };

/** Debian's name of an architecture. */
const DEBIAN: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

/** Where wine's 64-bit program is when it is not on PATH: Debian and WineHQ keep it to themselves. */
const WINE_PLACES = ['/usr/lib/wine/wine64', '/opt/wine-stable/bin/wine64', '/opt/wine-devel/bin/wine64'];

/** What is there to run another machine's programs: musl's loader, qemu's user mode, wine. */
export async function findEmulator(target: Target, host: Target, env: Environment): Promise<RunnerFinding> {
  if (target.os === 'linux' && host.os === 'linux') return findForLinux(target, host, env);
  if (target.name === 'windows-x64' && host.os !== 'windows') return findWine(target, host, env);
  return { state: 'none', reason: NOT_EMULATED[target.os] };
}

const NOT_EMULATED: Readonly<Record<Target['os'], string>> = {
  linux: 'programs for Linux run on Linux alone',
  darwin: 'programs for macOS run on macOS alone, each on its own kind of processor',
  windows: 'wine runs programs for windows-x64 alone',
  freebsd: 'programs for FreeBSD run on FreeBSD alone',
};

async function findForLinux(target: Target, host: Target, env: Environment): Promise<RunnerFinding> {
  const machine = MACHINES[target.arch] ?? target.arch;
  const foreign = target.arch !== host.arch;
  const argv: string[] = [];
  let kind: Runner['kind'] = 'loader';
  const why: string[] = [];
  if (foreign) {
    const qemu = (await findTool(`qemu-${machine}`, env)) ?? (await findTool(`qemu-${machine}-static`, env));
    if (qemu === undefined) return missing(`qemu-${machine}`, QEMU_USER, env);
    argv.push(qemu);
    kind = 'qemu';
    why.push(`${qemu} runs ${machine}`);
  }
  if (target.libc === 'musl') {
    const loader = await firstThere(muslLoaders(machine, env));
    if (loader === undefined) return missing(`ld-musl-${machine}.so.1, musl's loader,`, muslInstall(target, host), env);
    argv.push(loader);
    why.push(`${loader} loads it`);
  } else {
    const root = await glibcRoot(machine, target, foreign, env);
    if (root === undefined) return missing(`glibc for ${machine}`, glibcInstall(target), env);
    if (foreign && root !== '/') argv.push('-L', root);
    why.push(`its C library is below ${root}`);
  }
  return { state: 'found', runner: { target: target.name, kind, argv, why: why.join('; ') } };
}

function muslLoaders(machine: string, env: Environment): string[] {
  const name = `ld-musl-${machine}.so.1`;
  const root = env.QEMU_LD_PREFIX;
  return [
    ...(root === undefined ? [] : [`${root}/lib/${name}`]),
    `/lib/${name}`,
    `/usr/${machine}-linux-musl/lib/${name}`,
    `/usr/lib/${machine}-linux-musl/${name}`,
  ];
}

/** The folder below which a glibc for the target lies; `/` for the machine's own. */
async function glibcRoot(machine: string, target: Target, foreign: boolean, env: Environment) {
  const loaders = target.arch === 'x64' ? ['lib64/ld-linux-x86-64.so.2', 'lib/ld-linux-x86-64.so.2'] : [ARM64_LOADER];
  const cross = foreign
    ? [env.QEMU_LD_PREFIX, `/usr/${machine}-linux-gnu`, `/usr/${machine}-redhat-linux/sys-root`]
    : [];
  for (const root of [...cross, '/']) {
    if (root === undefined) continue;
    if ((await firstThere(loaders.map((loader) => path.join(root, loader)))) !== undefined) return root;
  }
  return undefined;
}

const ARM64_LOADER = 'lib/ld-linux-aarch64.so.1';

async function firstThere(files: readonly string[]): Promise<string | undefined> {
  for (const file of files) if (await exists(file)) return file;
  return undefined;
}

async function findWine(target: Target, host: Target, env: Environment): Promise<RunnerFinding> {
  if (host.os === 'linux' && host.arch !== 'x64') {
    return { state: 'none', reason: `wine runs programs for x86-64 on such machines alone; this is ${host.name}` };
  }
  const wine = (await findTool('wine64', env)) ?? (await firstThere(WINE_PLACES)) ?? (await findTool('wine', env));
  if (wine === undefined) return missing('wine64', WINE, env);
  return { state: 'found', runner: { target: target.name, kind: 'wine', argv: [wine], why: `${wine} runs it` } };
}

interface Install {
  readonly apt: string;
  readonly dnf: string;
  readonly brew?: string;
  readonly other: string;
}

const QEMU_USER: Install = {
  apt: 'sudo apt install qemu-user',
  dnf: 'sudo dnf install qemu-user',
  other: 'install the user-mode emulation of qemu (https://www.qemu.org)',
};

const WINE: Install = {
  apt: 'sudo apt install wine64',
  dnf: 'sudo dnf install wine',
  brew: 'brew install --cask wine-stable',
  other: 'install wine (https://www.winehq.org)',
};

function muslInstall(target: Target, host: Target): Install {
  const debian = DEBIAN[target.arch];
  const other = `put musl's loader at /lib/ld-musl-${MACHINES[target.arch]}.so.1`;
  if (target.arch === host.arch) return { apt: 'sudo apt install musl', dnf: 'sudo dnf install musl-libc', other };
  return {
    apt: `sudo dpkg --add-architecture ${debian} && sudo apt update && sudo apt install musl:${debian}`,
    dnf: other,
    other,
  };
}

function glibcInstall(target: Target): Install {
  const machine = MACHINES[target.arch];
  const other = `put a glibc for ${machine} below a folder and name it in QEMU_LD_PREFIX`;
  return { apt: `sudo apt install libc6-${DEBIAN[target.arch]}-cross`, dnf: other, other };
}

async function missing(what: string, install: Install, env: Environment): Promise<RunnerFinding> {
  const installers = [
    ['apt-get', install.apt],
    ['dnf', install.dnf],
    ['brew', install.brew ?? install.other],
  ] as const;
  for (const [tool, remedy] of installers) {
    if ((await findTool(tool, env)) !== undefined) return { state: 'missing', what, remedy };
  }
  return { state: 'missing', what, remedy: install.other };
}
