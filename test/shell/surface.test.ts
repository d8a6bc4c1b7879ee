import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { bin, cpex, root } from './cli.js';

interface Flag {
  readonly env?: string;
  readonly description?: string;
  readonly summary?: string;
}

interface Command {
  readonly summary?: string;
  readonly description?: string;
  readonly examples?: unknown[];
  readonly flags: Record<string, Flag>;
}

const manifest = JSON.parse(readFileSync(path.join(root, 'oclif.manifest.json'), 'utf8')) as {
  commands: Record<string, Command>;
};
const commands = Object.entries(manifest.commands);

describe('the command surface', () => {
  it('has the commands that the docs promise', () => {
    expect(Object.keys(manifest.commands).sort()).toEqual([
      'adopt',
      'build',
      'check',
      'ci',
      'completion',
      'doctor',
      'explain',
      'fuzz',
      'info',
      'install',
      'list',
      'new',
      'package',
      'rollback',
      'run',
      'test',
      'uninstall',
    ]);
  });

  it.each(commands)('%s has a summary, a description and examples', (_, { summary, description, examples }) => {
    expect(summary).toMatch(/^[A-Z].*\.$/);
    expect(description?.length).toBeGreaterThan(summary?.length ?? 0);
    expect(examples?.length).toBeGreaterThan(0);
  });

  it.each(commands)('every flag of %s has a description and an environment variable', (_, { flags }) => {
    for (const [name, flag] of Object.entries(flags)) {
      expect(flag.env, name).toMatch(/^CPEX_[A-Z_]+$/);
      expect(flag.summary ?? flag.description, name).toBeTruthy();
    }
  });

  it('gives no variable to two flags that mean different things', () => {
    // `install --to` and `list --dir` name the same folder.
    const seen = new Map<string, string>();
    const meaning = (name: string) => (name === 'dir' || name === 'to' ? 'plugins folder' : name);
    for (const [, { flags }] of commands) {
      for (const [name, { env = '' }] of Object.entries(flags)) {
        expect(seen.get(env) ?? meaning(name), env).toBe(meaning(name));
        seen.set(env, meaning(name));
      }
    }
  });

  it('has a manifest, help texts and docs made from the commands as they are', async () => {
    const { manifestText } = await import(path.join(root, 'scripts/manifest.mjs'));
    const { commandsPage } = await import(path.join(root, 'scripts/docs.mjs'));
    expect(readFileSync(path.join(root, 'oclif.manifest.json'), 'utf8')).toBe(await manifestText(root));
    expect(readFileSync(path.join(root, 'docs/commands.md'), 'utf8')).toBe(await commandsPage());
  });
});

describe('answers at once', () => {
  it.each(['', ...Object.keys(manifest.commands)])('help of "%s" is what oclif itself prints', async (id) => {
    const { oclifHelp } = await import(path.join(root, 'scripts/help.mjs'));
    const { status, stdout } = cpex(id === '' ? ['--help'] : [id, '--help']);
    expect({ status, stdout }).toEqual({ status: 0, stdout: oclifHelp(root, id) });
  });

  const script = spawnSync('script', ['--version']).status === 0;
  it.skipIf(!script)('help on a terminal of 80 columns is what oclif itself prints (needs script)', async () => {
    const { oclifHelp } = await import(path.join(root, 'scripts/help.mjs'));
    const command = `stty cols 80; TERM=xterm ${process.execPath} ${bin} build --help`;
    const env = { ...process.env };
    for (const name of ['NO_COLOR', 'FORCE_COLOR', 'CI']) delete env[name];
    const { stdout } = spawnSync('script', ['-qfec', command, '/dev/null'], { encoding: 'utf8', env, input: '' });
    expect(stdout.replaceAll('\r', '')).toBe(oclifHelp(root, 'build', true));
  });

  it('prints the version as oclif does', () => {
    const quick = cpex(['--version']).stdout;
    expect(quick).toMatch(/^cpex\/\d+\.\d+\.\d+ \S+ node-v\d+/);
    // Through the bundle: two flags are not the quick form.
    expect(cpex(['--version', '--json']).stdout).toBe(quick);
  });
});

describe('wrong input', () => {
  it('names the nearest command', () => {
    const { status, stdout, stderr } = cpex(['biuld']);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain('There is no command "biuld". Did you mean "build"?');
    expect(stderr).toContain('CPEX_E_USAGE');
  });

  it('names the nearest flag', () => {
    const { status, stderr } = cpex(['explain', '--jsno']);
    expect(status).toBe(2);
    expect(stderr).toContain('There is no flag --jsno. Did you mean "--json"?');
  });

  it('says what a flag takes', () => {
    const { status, stderr } = cpex(['test', '--level', 'high']);
    expect(status).toBe(2);
    expect(stderr).toContain('--level: expected an integer, found "high".');
  });

  it('prints errors as one JSON object with --json, and nothing on stderr', () => {
    const { status, stdout, stderr } = cpex(['explain', 'CPEX_E_NONE', '--json']);
    expect({ status, stderr }).toEqual({ status: 2, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({
      v: 1,
      command: 'explain',
      ok: false,
      error: { code: 'CPEX_E_UNKNOWN_CODE' },
    });
  });

  it('takes --json from its variable', () => {
    const { stdout } = cpex(['explain', 'CPEX_E_USAGE'], { env: { CPEX_JSON: 'true' } });
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, result: { code: 'CPEX_E_USAGE', exit: 2 } });
  });
});

describe('cpex explain', () => {
  it('explains every code, by any spelling', async () => {
    const { CODES } = await import('../../src/support/codes/index.js');
    for (const [code, entry] of Object.entries(CODES)) {
      expect(entry.title, code).not.toMatch(/\.$|^\s|^$/);
      expect(entry.text.length, code).toBeGreaterThan(60);
    }
    expect(cpex(['explain', 'usage']).stdout).toContain('CPEX_E_USAGE');
  });

  it('lists all codes', async () => {
    const { CODES } = await import('../../src/support/codes/index.js');
    expect(cpex(['explain']).stdout.trimEnd().split('\n')).toHaveLength(Object.keys(CODES).length);
  });
});
