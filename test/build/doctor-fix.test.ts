import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { planInstall } from '../../src/build/doctor/install-commands.js';
import { isThere } from '../shell/cli.js';
import { Cli } from '../testing/support/cli.js';
import { Terminal } from '../testing/support/terminal.js';

const cli = new Cli();
let terminal: Terminal | undefined;
afterEach(() => terminal?.close());
afterAll(() => cli.remove());

const isRoot = process.getuid?.() === 0;
const sudo = isRoot ? '' : 'sudo ';

describe('the plan of what to install', () => {
  const texts = (remedies: readonly string[], root = true) => {
    const { commands, manual } = planInstall(remedies, root);
    return { commands: commands.map(({ text }) => text), manual };
  };

  it('joins the packages of one manager, each once, and runs package managers first', () => {
    const remedies = [
      'rustup target add aarch64-apple-darwin, or the package of your distribution',
      'sudo apt install cmake',
      'python3 -m pip install ziglang',
      'sudo apt install gcc-aarch64-linux-gnu libc6-dev-arm64-cross, or python3 -m pip install ziglang',
      'sudo apt install cmake',
      'rustup target add x86_64-pc-windows-gnu',
    ];
    const packages = 'apt-get install -y cmake gcc-aarch64-linux-gnu libc6-dev-arm64-cross';
    const others = ['python3 -m pip install ziglang', 'rustup target add aarch64-apple-darwin x86_64-pc-windows-gnu'];
    expect(texts(remedies)).toEqual({ commands: [packages, ...others], manual: [] });
    expect(texts(remedies, false).commands).toEqual([`sudo ${packages}`, ...others]);
  });

  it('takes both halves of a remedy in order, and the second way where the first cannot be run', () => {
    expect(texts(['sudo apt install python3-pip && python3 -m pip install --user ziglang']).commands).toEqual([
      'apt-get install -y python3-pip',
      'python3 -m pip install --user ziglang',
    ]);
    expect(texts(['xcode-select --install, or brew install zig'])).toEqual({
      commands: ['brew install zig'],
      manual: [],
    });
  });

  it('installs a toolchain before what goes into it', () => {
    const remedies = ['rustup target add a', 'rustup toolchain install 1.90.0', 'rustup toolchain install 1.90.0'];
    expect(texts(remedies).commands).toEqual(['rustup toolchain install 1.90.0', 'rustup target add a']);
  });

  it('keeps apart what options keep apart', () => {
    const add = 'rustup target add';
    const remedies = [`${add} a`, `${add} --toolchain x b`, `${add} --toolchain x c`, `${add} d`];
    expect(texts(remedies).commands).toEqual([`${add} a d`, `${add} --toolchain x b c`]);
  });

  it.each([
    'curl -fsSL https://example.org/x.sh | sh',
    'sudo apt install a; rm -rf /',
    'sudo apt install $(id)',
    'sudo apt install a && curl x',
    'sudo dpkg --add-architecture arm64',
    'rustup target add',
    'install zig from https://ziglang.org/download',
  ])('leaves to the person: %s', (remedy) => {
    expect(texts([remedy])).toEqual({ commands: [], manual: [remedy] });
  });
});

/** A PATH of its own with a compiler and package managers that note how they were called and bring fake tools. */
class Machine {
  private static count = 0;
  readonly bin = path.join(cli.folder, `bin-${Machine.count++}`);
  readonly log = `${this.bin}.log`;

  constructor() {
    mkdirSync(this.bin);
    this.answers('gcc', 'gcc (Test) 12.2.0');
    this.script('sudo', '"$@"');
    this.script('apt-get', this.noted(this.brings('cmake', 'cmake version 3.25.1'), this.brings('ninja', '1.11.1')));
  }

  /** An executable that runs these lines; only absolute paths reach programs, as PATH is this folder alone. */
  script(name: string, lines: string): void {
    const file = path.join(this.bin, name);
    writeFileSync(file, `#!/bin/sh\n${lines}\n`);
    chmodSync(file, 0o755);
  }

  answers(name: string, version: string): void {
    this.script(name, `[ "$1" = -E ] || echo '${version}'`);
  }

  /** Lines that note the call and then do something. */
  noted(...lines: readonly string[]): string {
    return [`echo "$(/usr/bin/basename "$0") $*" >> '${this.log}'`, `echo 'Setting up things'`, ...lines].join('\n');
  }

  brings(name: string, version: string): string {
    const file = path.join(this.bin, name);
    return `printf '#!/bin/sh\\necho "%s"\\n' '${version}' > '${file}' && /bin/chmod 755 '${file}'`;
  }

  /** Programs of the real machine, for the terminal around cpex. */
  borrows(...names: readonly string[]): void {
    for (const name of names)
      symlinkSync(execFileSync('which', [name], { encoding: 'utf8' }).trim(), path.join(this.bin, name));
  }

  get env(): Record<string, string> {
    return { PATH: this.bin };
  }

  calls(): string[] {
    return existsSync(this.log) ? readFileSync(this.log, 'utf8').trimEnd().split('\n') : [];
  }
}

const FIX = ['doctor', '--lang', 'c', '--fix'];

describe.skipIf(process.platform === 'win32')('cpex doctor --fix', () => {
  it('runs nothing without consent, and lists what it would run', async () => {
    const machine = new Machine();
    const { code, stdout, stderr } = await cli.run(FIX, { env: machine.env });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(`${sudo}apt-get install -y cmake ninja-build`);
    expect(stderr).toContain('cpex doctor --fix --yes');
    expect(machine.calls()).toEqual([]);
  });

  it('installs everything with one command, shows its output, and looks again', async () => {
    const machine = new Machine();
    const { code, stdout, stderr } = await cli.run([...FIX, '--yes'], { env: machine.env });
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('Setting up things') });
    expect(stderr).toContain(`Will run: ${sudo}apt-get install -y cmake ninja-build`);
    expect(stdout).toContain('✓ C      can build');
    expect(machine.calls()).toEqual(['apt-get install -y cmake ninja-build']);
    const again = await cli.run(FIX, { env: machine.env });
    expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('There is nothing to mend.') });
  });

  it('takes consent from the environment, and tells machines what it did', async () => {
    const machine = new Machine();
    const env = { ...machine.env, CPEX_DOCTOR_FIX: '1', CPEX_DOCTOR_YES: '1' };
    const { code, stdout } = await cli.run(['doctor', '--lang', 'c', '--json'], { env });
    const command = `${sudo}apt-get install -y cmake ninja-build`;
    const fix = { ran: [{ command, ok: true }], manual: [], declined: false };
    expect({ code, ...JSON.parse(stdout) }).toMatchObject({ code: 0, ok: true, result: { ok: true, fix } });
  });

  it('reports an installer that fails, and goes on with the others', async () => {
    const machine = new Machine();
    machine.script('apt-get', machine.noted("echo 'E: Unable to locate package cmake' >&2", 'exit 100'));
    machine.script('cargo', "echo 'error: rustup could not choose a version of cargo to run' >&2; exit 1");
    machine.script('rustc', "echo 'error: rustup could not choose a version of rustc to run' >&2; exit 1");
    const rust = [machine.brings('cargo', 'cargo 1.95.0'), machine.brings('rustc', 'rustc 1.95.0')];
    machine.script('rustup', machine.noted(...rust));
    const { code, stdout, stderr } = await cli.run(['doctor', '--fix', '--yes'], { env: machine.env });
    expect(code).toBe(3);
    expect(stderr).toContain('An install command failed.');
    expect(stderr).toContain('exit 100: E: Unable to locate package cmake');
    expect(stderr).toContain('Run apt-get update as root');
    expect(stdout).toContain('✗ C      cannot build');
    expect(stdout).toContain('✓ Rust   can build');
    // Go's archive is no command that could be run blindly.
    expect(stdout).toMatch(/Left to you:\n {2}→ curl/);
    expect(machine.calls()).toEqual(['apt-get install -y cmake ninja-build', 'rustup default stable']);
  });

  it('says so when an installer is not there', async () => {
    const machine = new Machine();
    rmSync(path.join(machine.bin, 'sudo'));
    machine.script('cargo', "echo 'error: rustup could not choose a version of cargo to run' >&2; exit 1");
    machine.answers('rustc', 'rustc 1.95.0');
    const { code, stderr } = await cli.run(['doctor', '--lang', 'rust', '--fix', '--yes'], { env: machine.env });
    expect({ code, stderr }).toEqual({ code: 3, stderr: expect.stringContaining('rustup default stable: not found') });
  });

  it('ends an installer and what it started when it is interrupted', async () => {
    const machine = new Machine();
    machine.script('apt-get', machine.noted('/bin/sleep 300 & wait'));
    const running = cli.start([...FIX, '--yes'], { env: machine.env });
    await vi.waitFor(() => expect(running.stderr()).toContain('Setting up things'), { timeout: 60_000, interval: 20 });
    running.process.kill('SIGINT');
    // `result` also checks that no process is left.
    expect(await running.result).toMatchObject({ code: 130, stdout: '' });
  });
});

const missing = isThere('tmux', '-V') ? '' : ' (tmux is not installed)';
describe.skipIf(missing !== '')(`cpex doctor --fix on a terminal${missing}`, () => {
  const ask = (machine: Machine) => {
    machine.borrows('tmux', 'sh', 'cat');
    terminal = new Terminal(cli, FIX, cli.folder, machine.env);
    return terminal;
  };

  it('shows the commands, asks, and does nothing on a no', async () => {
    const machine = new Machine();
    const asked = ask(machine);
    await asked.shows(/Run this\?\n +(sudo )?apt-get install -y cmake ninja-build/);
    asked.type('Enter');
    expect(await asked.ends(3)).toContain('Nothing was installed.');
    expect(machine.calls()).toEqual([]);
  });

  it('gives the installer the terminal, for a password, and ends with it', async () => {
    const machine = new Machine();
    machine.script(
      'apt-get',
      machine.noted(
        "printf 'Password: ' > /dev/tty",
        'read -r word < /dev/tty',
        '[ "$word" = secret ] || exit 1',
        machine.brings('cmake', 'cmake version 3.25.1'),
        machine.brings('ninja', '1.11.1'),
      ),
    );
    const asked = ask(machine);
    await asked.shows(/Run this\?/);
    asked.type('y', 'Enter');
    await asked.shows(/Password: /);
    asked.type('secret', 'Enter');
    expect(await asked.ends(0)).toContain('✓ C      can build');
  });

  it('is interrupted by Ctrl-C together with the installer', async () => {
    const machine = new Machine();
    machine.script('apt-get', machine.noted('/bin/sleep 300'));
    const asked = ask(machine);
    await asked.shows(/Run this\?/);
    asked.type('y', 'Enter');
    await asked.shows(/Setting up things/);
    asked.type('C-c');
    await asked.ends(130);
  });
});
