import { chmodSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { consult } from '../../src/build/doctor/consultation.js';
import { examineTargets, type TargetsOptions } from '../../src/build/doctor/targets.js';
import { prepareBuild } from '../../src/build/plan.js';
import type { PairReport, TargetsReport } from '../../src/model/doctor.js';
import { LANGUAGES, type TargetName } from '../../src/model/target.js';
import { TARGET_NAMES } from '../../src/project/targets/table.js';
import { renderTargets } from '../../src/report/doctor-targets-text.js';
import { renderConsultation } from '../../src/report/doctor-text.js';
import { CpexError } from '../../src/support/errors.js';
import { Cli } from '../testing/support/cli.js';
import { freshFolder, optionsFor, removeFolders, testContext, tinyProject, write } from './projects.js';

const cli = new Cli();
afterAll(() => {
  removeFolders();
  cli.remove();
});

/** A PATH with executables that note how they were asked, answer like these, and nothing else. */
class Machine {
  readonly bin = freshFolder('bin');
  private readonly log = path.join(path.dirname(this.bin), 'asked');
  readonly env = { PATH: this.bin, HOME: freshFolder('home'), ZIG: '' };

  has(...versions: readonly (readonly [name: string, version: string])[]): this {
    for (const [name, version] of versions) {
      // A compiler is also asked whether it finds the C library's headers, and rustc for its folder.
      this.script(
        name,
        `case "$1" in --print) echo '${this.sysroot}' ;; -E) cat >/dev/null ;; *) echo '${version}' ;; esac`,
      );
    }
    return this;
  }

  script(name: string, lines: string): this {
    write(this.bin, name, `#!/bin/sh\nPATH=/usr/bin:/bin\necho "${name} $*" >> '${this.log}'\n${lines}\n`);
    chmodSync(path.join(this.bin, name), 0o755);
    return this;
  }

  /** Where rustc says that its libraries are: a toolchain of rustup's. */
  get sysroot(): string {
    return path.join(path.dirname(this.bin), 'toolchains', 'stable-x');
  }

  hasStd(triple: string): this {
    write(this.sysroot, `lib/rustlib/${triple}/lib/libstd-1234.rlib`, '');
    return this;
  }

  asked(): string[] {
    return readFileSync(this.log, 'utf8').trimEnd().split('\n');
  }
}

const C = [
  ['cmake', 'cmake version 3.25.1'],
  ['ninja', '1.11.1'],
  ['gcc', 'gcc (Test) 12.2.0\nCopyright (C) Free Software Foundation, Inc.'],
] as const;
const GO = ['go', 'go version go1.26.8 linux/amd64'] as const;
const RUST = [
  ['cargo', 'cargo 1.95.0 (x)'],
  ['rustc', 'rustc 1.95.0 (x)'],
] as const;
const CROSS = ['aarch64-linux-gnu-gcc', 'aarch64-linux-gnu-gcc (Test) 12.2.0\nFree Software Foundation'] as const;

async function targets(machine: Machine, options: TargetsOptions, env = {}): Promise<TargetsReport> {
  return examineTargets(options, testContext({ ...machine.env, ...env }));
}

function pairIn({ pairs }: TargetsReport, language: string, target: TargetName): PairReport {
  const found = pairs.find((pair) => pair.language === language && pair.target === target);
  if (found === undefined) throw new Error(`nothing is said of ${language} × ${target}`);
  return found;
}

const here = process.platform === 'linux' && process.arch === 'x64';

describe.skipIf(!here)('the doctor on targets (made for linux-x64)', () => {
  it('speaks of every pair, each with a remedy, where there is nothing', async () => {
    const report = await targets(new Machine(), { targets: ['all'] });
    expect(report.pairs.map(({ language, target }) => `${target} ${language}`)).toEqual(
      TARGET_NAMES.flatMap((target) => LANGUAGES.map((language) => `${target} ${language}`)),
    );
    expect(report).toMatchObject({ host: 'linux-x64', ok: false });
    for (const { state, problem, remedy } of report.pairs) {
      expect(state).not.toBe('ready');
      expect(problem?.message).toMatch(/\w/);
      expect(remedy).toMatch(/\w/);
    }
    const impossible = report.pairs.filter(({ state }) => state === 'impossible');
    expect(impossible.map(({ language, target }) => `${target} ${language}`)).toEqual([
      'linux-x64-musl go',
      'linux-arm64-musl go',
    ]);
  });

  it('names for each language and target the command that brings what a build lacks', async () => {
    const machine = new Machine().has(...C, GO, ...RUST).script('apt-get', 'exit 1');
    const report = await targets(machine, { targets: ['all'] });
    expect(pairIn(report, 'c', 'linux-x64')).toMatchObject({ state: 'ready', run: { state: 'native' } });
    for (const [language, target, command] of [
      ['c', 'linux-arm64', 'sudo apt install gcc-aarch64-linux-gnu'],
      ['go', 'windows-x64', 'sudo apt install gcc-mingw-w64-x86-64'],
      ['c', 'linux-x64-musl', 'sudo apt install musl-tools'],
      ['rust', 'linux-arm64', 'rustup target add aarch64-unknown-linux-gnu'],
      ['rust', 'darwin-universal', 'rustup target add x86_64-apple-darwin'],
    ] as const) {
      const pair = pairIn(report, language, target);
      expect(pair.state, `${language} ${target}`).toBe('lacking');
      expect(pair.remedy).toContain(command);
    }
    expect(pairIn(report, 'go', 'freebsd-x64').remedy).toMatch(/zig/);
  });

  it.each(LANGUAGES)('says of %s what a build says', async (language) => {
    const machine = new Machine().has(...C, GO, ...RUST);
    const project = tinyProject(language);
    const report = await targets(machine, { targets: ['linux-arm64'], project });
    const { problem, remedy } = pairIn(report, language, 'linux-arm64');
    const build = prepareBuild(optionsFor(project, { targets: ['linux-arm64'] }), testContext(machine.env));
    const error: unknown = await build.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(CpexError);
    const { code, message, evidence, remedy: told } = error as CpexError;
    expect({ problem, remedy }).toEqual({ problem: { code, message, evidence }, remedy: told });
  });

  it('names what a build would use, and why', async () => {
    const machine = new Machine().has(...C, GO, ...RUST, CROSS).hasStd('aarch64-unknown-linux-gnu');
    const report = await targets(machine, { targets: ['aarch64-unknown-linux-gnu', 'linux/arm64'] });
    expect(report.pairs.map(({ state }) => state)).toEqual(['ready', 'ready', 'ready']);
    expect(report.ok).toBe(true);
    for (const { compiler } of report.pairs) {
      expect(compiler).toMatchObject({
        path: path.join(machine.bin, CROSS[0]),
        version: '12.2.0',
        source: 'cross-gcc',
        why: expect.stringMatching(/\w/),
      });
    }
    expect(pairIn(report, 'c', 'linux-arm64').tools.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['cmake', 'ninja', 'gcc']),
    );
  });

  it('asks every tool once, however many targets there are', async () => {
    const machine = new Machine().has(...C, GO, ...RUST, CROSS);
    await targets(machine, { targets: ['all'] });
    const asked = machine.asked();
    expect(asked).toEqual([...new Set(asked)]);
  });

  it('takes language, targets and glibc from the project that one stands in', async () => {
    const machine = new Machine().has(...C, GO, CROSS);
    const settings = { targets: ['linux-x64', 'linux-arm64'], glibc: '2.17' };
    const project = tinyProject('c', freshFolder(), settings);
    const report = await targets(machine, { targets: ['all'], project });
    expect(report.pairs.map(({ language, target }) => `${language} ${target}`)).toEqual([
      'c linux-x64',
      'c linux-arm64',
    ]);
    // A floor of cpex.yaml is judged by the audit of what another compiler made; one that is asked for needs zig.
    expect(report.pairs.map(({ state }) => state)).toEqual(['ready', 'ready']);
    const asked = await targets(machine, { targets: ['x86_64-linux-gnu.2.12'], project });
    expect(asked.pairs).toMatchObject([
      { state: 'lacking', problem: { message: expect.stringMatching(/zig.*2\.12/) } },
    ]);
    const other = await targets(machine, { targets: ['linux-arm64'], language: 'go', project });
    expect(other.pairs.map(({ language, state }) => [language, state])).toEqual([['go', 'ready']]);
  });

  it('leaves out what is missing to run it, and names a runner that cannot be used', async () => {
    const machine = new Machine().has(...C, CROSS);
    const named = { CPEX_RUNNER_LINUX_ARM64: 'no-such-thing -x' };
    const options: TargetsOptions = { targets: ['linux-arm64'], language: 'c' };
    const [missing, invalid] = [await targets(machine, options), await targets(machine, options, named)];
    expect(missing).toMatchObject({ ok: true, pairs: [{ state: 'ready', run: { state: 'missing' } }] });
    expect(invalid).toMatchObject({ ok: true, pairs: [{ state: 'ready', run: { state: 'invalid' } }] });
    expect(renderTargets(missing)).toMatch(/not run here ! run: qemu-aarch64 is missing → \S/);
    expect(renderTargets(invalid)).toMatch(/! run: .*no-such-thing/);
  });

  it('tells of the slow first build with zig', async () => {
    const machine = new Machine().has(...C, ['zig', '0.17.1']);
    for (const file of ['std/std.zig', 'libc/x']) write(path.join(machine.bin, 'lib'), file, '');
    const report = await targets(machine, { targets: ['windows-arm64', 'freebsd-x64'], language: 'c' });
    expect(report.pairs.map(({ state, notes }) => [state, notes])).toEqual([
      ['ready', [expect.stringContaining('first build')]],
      ['ready', []],
    ]);
    expect(renderTargets(report)).toMatch(/^windows-arm64 .* zig 0\.17\.1 · built, not run ! the first build/m);
  });

  it('brings what is lacking for several targets with one command for each manager', async () => {
    const machine = new Machine().has(...C, ...RUST);
    const [name, version] = CROSS;
    machine.script('sudo', '"$@"');
    machine.script(
      'apt-get',
      `printf '#!/bin/sh\\necho "${version.replace('\n', ' ')}"\\n' > '${machine.bin}/${name}'
chmod 755 '${machine.bin}/${name}'`,
    );
    const std = path.join(machine.sysroot, 'lib/rustlib/aarch64-unknown-linux-gnu/lib');
    machine.script('rustup', `mkdir -p '${std}' && : > '${std}/libstd-1.rlib'`);
    const options = { running: '/x', language: undefined, project: undefined, fix: true, yes: true };
    const seen = await consult({ ...options, targets: ['linux-arm64'] }, testContext(machine.env));
    const ran = machine.asked().filter((line) => /^(apt-get|rustup)/.test(line));
    expect(ran).toEqual([
      'apt-get install -y gcc-aarch64-linux-gnu libc6-dev-arm64-cross',
      'rustup target add aarch64-unknown-linux-gnu',
    ]);
    // Go's archive is left to the person.
    expect(seen.fix?.manual.join(' ')).toMatch(/curl .*go/);
    expect(seen).toMatchObject({ kind: 'targets', report: { ok: false } });
    const states = seen.kind === 'targets' ? seen.report.pairs.map(({ state }) => state) : [];
    expect(states).toEqual(['ready', 'lacking', 'ready']);
  });

  it('stops asking when it is interrupted', async () => {
    const context = testContext(new Machine().has(...C).env);
    context.abort();
    await expect(examineTargets({ targets: ['all'] }, context)).rejects.toMatchObject({ code: 'CPEX_E_INTERRUPTED' });
  });
});

describe.skipIf(!here)('the table of targets (made for linux-x64)', () => {
  let report: TargetsReport;
  beforeAll(async () => {
    const machine = new Machine().has(...C, GO, ...RUST, CROSS).script('apt-get', 'exit 1');
    report = await targets(machine, { targets: ['all'] });
  });

  it('has one line for each pair in a pipe', () => {
    const lines = renderTargets(report).split('\n');
    expect(lines).toHaveLength(1 + report.pairs.length + 2);
    const rust = lines.find((line) => /^linux-arm64 +· Rust/.test(line));
    expect(rust).toContain('→ rustup target add aarch64-unknown-linux-gnu');
  });

  it('keeps to the width of a terminal, and begins each pair at the same column', () => {
    const lines = renderTargets(report, 80).split('\n');
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    const starts = lines.filter((line) => /^[a-z]+-\w/.test(line));
    expect(starts).toHaveLength(report.pairs.length);
    expect(new Set(starts.map((line) => line.search(/[✓✗-] (?=\S)/u)))).toHaveLength(1);
  });

  it('tells how to have the commands run, where there are any that can be', async () => {
    const text = renderConsultation({ kind: 'targets', report, fixable: true });
    expect(text).toContain('With --fix cpex runs these commands');
    expect(renderConsultation({ kind: 'targets', report, fixable: false })).not.toContain('--fix');
    const options = { running: '/x', language: 'c', project: undefined, fix: false, yes: false } as const;
    const look = (machine: Machine) =>
      consult({ ...options, targets: ['linux-arm64'] }, testContext(machine.has(...C).env));
    // What is there is said, too; without a package manager the remedy is no command.
    expect(await look(new Machine())).toMatchObject({ fixable: false, report: { ok: false } });
    expect(await look(new Machine().script('apt-get', 'exit 1'))).toMatchObject({ fixable: true });
    expect(await look(new Machine().has(CROSS))).toMatchObject({ fixable: false, report: { ok: true } });
  });

  it('keeps what is impossible in one sentence, since no command mends it', () => {
    expect(renderTargets(report, 80).replace(/\s+/g, ' ')).toContain(
      'on a glibc system, or write the plugin in C or Rust.',
    );
  });
});

describe.skipIf(!here)('cpex doctor --target (made for linux-x64)', () => {
  it('ends with 3 when a pair lacks something, and with 0 for what is possible nowhere', async () => {
    const machine = new Machine().has(GO);
    const run = (...args: string[]) => cli.run(['doctor', ...args], { env: machine.env });
    expect(await run('--target', 'linux-arm64', '--lang', 'go')).toMatchObject({
      code: 3,
      stdout: expect.stringMatching(/^linux-arm64 {6}· Go {3}✗ .* → \S/m),
    });
    expect(await run('--target', 'linux-x64-musl', '--lang', 'go')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('golang/go#54805'),
    });
    const { code, stdout } = await run('--target', 'all', '--json');
    expect({ code, ...JSON.parse(stdout) }).toMatchObject({
      ...{ v: 1, command: 'doctor', code: 3, ok: false },
      result: { host: 'linux-x64', ok: false, pairs: expect.arrayContaining([expect.any(Object)]) },
    });
  });

  it('needs no project, and writes nothing', async () => {
    const cwd = path.join(cli.folder, 'empty');
    rmSync(cwd, { recursive: true, force: true });
    write(cwd, 'keep', '');
    const { code, stderr } = await cli.run(['doctor', '--target', 'host'], { cwd, env: new Machine().has(...C).env });
    expect({ code, stderr }).toEqual({ code: 3, stderr: '' });
    expect(readdirSync(cwd)).toEqual(['keep']);
  });
});
