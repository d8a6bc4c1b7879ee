import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { consoleAdvice, variablesFile } from '../../src/install/advice/console.js';
import { rollbackPlugin, uninstallPlugin } from '../../src/install/change-installed.js';
import { listPlugins } from '../../src/install/list.js';
import { hostTarget } from '../../src/project/targets/host.js';
import { rawZip } from './support/raw-zip.js';
import { type Workplace, workplace } from './support/workplace.js';

let at: Workplace;
beforeEach(() => {
  at = workplace('processes');
});
afterEach(() => at.remove());

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const sourceOf = (body: string) => `#!${process.execPath}\n${body}`;

/** A plugin of tau that registers, answers nothing and ends with its input. */
const plugin = (mark = '') =>
  sourceOf(
    `// ${mark}\nconsole.log(JSON.stringify({ type: 'register', name: 'weather', tools: [], hooks: [], commands: [] }));\nprocess.stdin.resume();\n`,
  );

/** Writes a script without the permission to execute, as a download has it. */
function script(name: string, text: string): string {
  const file = path.join(at.root, name);
  writeFileSync(file, text);
  chmodSync(file, 0o644);
  return file;
}

/** A dist folder with a program and its record. */
function dist(text: string, record: Readonly<Record<string, unknown>> = {}): string {
  const folder = path.join(at.root, 'dist', hostTarget().name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'weather'), text);
  const facts = { id: 'weather', version: '1.2.3', profile: 'tau', kind: 'executable', file: 'weather' };
  writeFileSync(path.join(folder, 'build.json'), JSON.stringify({ v: 1, ...facts, sha256: sha256(text), ...record }));
  return path.join(at.root, 'dist');
}

const placed = () => path.join(at.plugins, 'weather');

describe.skipIf(process.platform === 'win32')('a plugin of tau', () => {
  it('is placed where a host finds it by name, with its digest and the right to be executed', async () => {
    const result = await at.install(script('weather', plugin()), { host: 'tau' });
    expect(result).toMatchObject({
      outcome: 'installed',
      file: placed(),
      plugin: { id: 'weather', version: '0.0.0-unknown', host: 'tau', sha256: sha256(plugin()) },
      hostConfig: { action: 'shown', entry: `[global.weather]\ncommand = [ "${placed()}" ]\n` },
    });
    expect(statSync(placed()).mode & 0o7777).toBe(0o755);
    const { plugins } = await listPlugins({ to: at.plugins, project: false, host: 'tau' }, at.context);
    expect(plugins.map(({ id }) => id)).toEqual(['weather']);
  });

  it('is updated, rolled back and removed; its command in plugins.toml stays good', async () => {
    const config = path.join(at.root, 'etc', 'plugins.toml');
    const first = await at.install(dist(plugin('one')), { hostConfig: config });
    expect(first).toMatchObject({ plugin: { version: '1.2.3' }, hostConfig: { action: 'written', file: config } });
    writeFileSync(config, `# mine\n${readFileSync(config, 'utf8')}`);
    const second = await at.install(dist(plugin('two'), { version: '1.3.0' }), { hostConfig: config });
    expect(second).toMatchObject({ outcome: 'updated', hostConfig: { action: 'unchanged' } });
    expect(readFileSync(placed(), 'utf8')).toContain('two');
    const choice = { id: 'weather', to: at.plugins, project: false, host: 'tau', force: false };
    expect(await rollbackPlugin(choice, at.context)).toMatchObject({ after: { version: '1.2.3' }, notes: [] });
    expect(readFileSync(placed(), 'utf8')).toContain('one');
    expect(statSync(placed()).mode & 0o777).toBe(0o755);
    const gone = await uninstallPlugin(choice, at.context);
    expect(gone.notes).toEqual([expect.stringContaining('[global.weather]')]);
    expect(() => statSync(placed())).toThrow();
    expect(readFileSync(config, 'utf8')).toBe(`# mine\n[global.weather]\ncommand = [ "${placed()}" ]\n`);
  });

  it('gets the arguments and the form of messages that its record names', async () => {
    const folder = dist(
      sourceOf(
        `if (process.argv[2] !== '--serve') process.exit(7);\nconsole.log(JSON.stringify({ type: 'register', name: 'w' }));\nprocess.stdin.resume();\n`,
      ),
      { process: { args: ['--serve'], wire: 'json-lines', cookie: 7, env: { A: 'b' } } },
    );
    const { hostConfig } = await at.install(folder);
    expect(hostConfig?.entry).toBe(`[global.weather]\ncommand = [ "${placed()}", "--serve" ]\n`);
  });

  it.each([
    ['ends without a word', sourceOf('process.exit(3);'), 'CPEX_E_INSTALL_TRIAL'],
    ['prints something else first', sourceOf("console.log('hello'); process.stdin.resume();"), 'CPEX_E_INSTALL_TRIAL'],
    ['is a text', 'name: weather\n', 'CPEX_E_INSTALL_AUDIT'],
  ])('is refused when it %s', async (_title, text, code) => {
    await expect(at.install(script('weather', text), { host: 'tau' })).rejects.toMatchObject({ code, exit: 5 });
    expect(() => statSync(placed())).toThrow();
  });

  it('is refused when its record describes another file', async () => {
    const folder = dist(plugin(), { sha256: sha256('other') });
    await expect(at.install(folder)).rejects.toMatchObject({
      code: 'CPEX_E_INSTALL_DIGEST',
      message: 'The executable is not the one that build.json describes.',
    });
  });
});

describe.skipIf(process.platform === 'win32')('an archive with a program', () => {
  const name = `weather_1.2.3_${hostTarget().name}.zip`;
  const record = (file = 'weather') =>
    Buffer.from(
      JSON.stringify({
        ...{ v: 1, id: 'weather', version: '1.2.3', profile: 'tau', kind: 'executable', file },
        sha256: sha256(plugin()),
      }),
    );
  const archive = (entries: Parameters<typeof rawZip>[0]) => {
    const file = path.join(at.root, name);
    writeFileSync(file, rawZip(entries));
    return file;
  };

  it('gives the program to the host; what else lies there is left alone', async () => {
    const result = await at.install(
      archive([
        { name: 'README.md', bytes: Buffer.from('read me') },
        { name: 'weather', bytes: Buffer.from(plugin()), mode: 0o100644 },
        { name: 'build.json', bytes: record() },
      ]),
    );
    expect(result).toMatchObject({ file: placed(), plugin: { id: 'weather', version: '1.2.3', host: 'tau' } });
    expect(statSync(placed()).mode & 0o7777).toBe(0o755);
  });

  it.each([
    ['without it', [{ name: 'other', bytes: Buffer.from(plugin()) }], /does not contain weather/],
    ['with it in a folder', [{ name: 'bin/weather', bytes: Buffer.from(plugin()) }], /must be at zip root, not at bin/],
  ])('is refused %s', async (_title, entries, says) => {
    const file = archive([...entries, { name: 'build.json', bytes: record() }]);
    await expect(at.install(file)).rejects.toMatchObject({
      code: 'CPEX_E_INSTALL_ARCHIVE',
      message: expect.stringMatching(says),
    });
  });
});

describe('a plugin of Console', () => {
  const facts = (seams: readonly string[]) => ({
    id: 'sqlite',
    file: '/plugins/sqlite',
    listing: undefined,
    registration: { id: '', version: '', author: '', capabilities: { seam: seams }, raw: {} },
    settings: undefined,
  });

  it('is named by the variables of its seams, and by none where it has no seam', () => {
    expect(consoleAdvice.words(facts(['store', 'notifier']))?.text).toBe(
      'CONSOLE_STORE_PLUGIN=/plugins/sqlite\nCONSOLE_NOTIFY_PLUGINS=/plugins/sqlite\n',
    );
    expect(consoleAdvice.words(facts(['llm', 'status_provider']))?.text).toBe(
      'CONSOLE_LLM_PLUGIN=/plugins/sqlite\nCONSOLE_STATUS_PLUGINS=/plugins/sqlite\n',
    );
    expect(consoleAdvice.words(facts(['other']))).toBeUndefined();
  });

  it('leaves the file of variables when it is uninstalled', async () => {
    const own = variablesFile(at.root);
    writeFileSync(own, '# mine\nCONSOLE_STORE_PLUGIN=/plugins/sqlite\nA=b\n');
    expect(await consoleAdvice.forget?.(at.root, '/plugins/sqlite')).toEqual([`${own} does not name it any more.`]);
    expect(readFileSync(own, 'utf8')).toBe('# mine\nA=b\n');
    expect(await consoleAdvice.forget?.(at.root, '/plugins/sqlite')).toEqual([]);
  });
});
